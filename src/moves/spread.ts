import type { CopierCall, CopierCalls } from "./copier-messages.ts";
import type { Copiers } from "./copiers.ts";

const pieceSize = 64;

type ListCall = {
  [Call in CopierCall]: CopierCalls[Call]["request"] extends readonly unknown[] ? Call : never;
}[CopierCall];

/**
 * Spreads a list over the copier threads in pieces and gives the answers in the list's order. After `signal` no new
 * piece is begun. `join` tells pieces that must stay with their neighbour before them.
 */
export async function spread<Call extends ListCall>(
  copiers: Copiers,
  call: Call,
  list: {
    readonly tasks: CopierCalls[Call]["request"];
    readonly signal?: AbortSignal;
    readonly join?: (index: number) => boolean;
  },
): Promise<CopierCalls[Call]["response"]> {
  const pieces = cut(list.tasks as readonly unknown[], list.join ?? (() => false));
  const answers: (readonly unknown[])[] = new Array(pieces.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < pieces.length; index = next++) {
      list.signal?.throwIfAborted();
      answers[index] = (await copiers.ask(call, pieces[index] as never)) as readonly unknown[];
    }
  };
  // Two for each thread, so that none waits for this one.
  await settleAll(Array.from({ length: copiers.threads * 2 }, worker));
  return answers.flat() as unknown as CopierCalls[Call]["response"];
}

/** As `Promise.all`, but nothing is still under way when it throws. */
async function settleAll(promises: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(promises);
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

function cut(tasks: readonly unknown[], join: (index: number) => boolean): readonly (readonly unknown[])[] {
  const pieces: unknown[][] = [];
  tasks.forEach((task, index) => {
    const last = pieces.at(-1);
    if (last === undefined || (last.length >= pieceSize && !join(index))) pieces.push([task]);
    else last.push(task);
  });
  return pieces;
}
