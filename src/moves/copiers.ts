import { Worker } from "node:worker_threads";
import type { CopierContext } from "./copier-context.ts";
import { type CopierCall, type CopierCalls, type CopierResponse, endOfWork } from "./copier-messages.ts";
import { TierFailure } from "./failure.ts";

/** Worker threads that do the bulk work of one job. */
export interface Copiers extends AsyncDisposable {
  readonly threads: number;
  /** One request, to the thread with the least to do. @throws TierFailure */
  readonly ask: <Call extends CopierCall>(
    call: Call,
    request: CopierCalls[Call]["request"],
  ) => Promise<CopierCalls[Call]["response"]>;
}

interface Waiting {
  readonly resolve: (response: never) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
  /** What it died of, once it has. */
  readonly death: () => unknown;
  readonly ended: Promise<void>;
}

export interface CopiersOptions {
  readonly entryPoint: string;
  readonly context: CopierContext;
  readonly threads: number;
}

export function startCopiers(options: CopiersOptions): Copiers {
  const threads = Array.from({ length: options.threads }, () => startThread(options));
  let lastId = 0;
  return {
    threads: threads.length,
    ask: async (call, request) => {
      const { promise, resolve, reject } = Promise.withResolvers<CopierCalls[typeof call]["response"]>();
      // A dead thread would never answer, and has the least to do.
      for (const { death } of threads) if (death() !== undefined) throw death();
      const [first, ...others] = threads;
      if (first === undefined) throw new Error("no copier threads");
      const thread = others.reduce((least, other) => (other.waiting.size < least.waiting.size ? other : least), first);
      lastId += 1;
      thread.waiting.set(lastId, { resolve: resolve as Waiting["resolve"], reject });
      thread.worker.postMessage({ id: lastId, call, request });
      return await promise;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(threads.map(endThread));
    },
  };
}

function startThread(options: CopiersOptions): Thread {
  const worker = new Worker(options.entryPoint, { workerData: options.context });
  const waiting = new Map<number, Waiting>();
  const take = (id: number) => {
    const found = waiting.get(id);
    waiting.delete(id);
    return found;
  };
  worker.on("message", (message: CopierResponse) => {
    if ("failure" in message) take(message.id)?.reject(new TierFailure(message.failure.code, message.failure.message));
    else take(message.id)?.resolve(message.response as never);
  });
  let death: unknown;
  worker.on("error", (error) => {
    death = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  worker.on("exit", () => resolve());
  return { worker, waiting, death: () => death, ended };
}

/** Asked to end, never terminated: koffi takes the whole process with it when its thread is stopped while it loads. */
async function endThread({ worker, ended }: Thread): Promise<void> {
  worker.postMessage(endOfWork);
  await ended;
}
