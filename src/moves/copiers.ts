import { Worker } from "node:worker_threads";
import type { CopierContext } from "./copier-context.ts";
import type { CopierCall, CopierCalls, CopierResponse } from "./copier-messages.ts";
import { TierFailure } from "./failure.ts";

/** One worker thread. */
export interface Copier {
  /** @throws TierFailure */
  readonly ask: <Call extends CopierCall>(
    call: Call,
    request: CopierCalls[Call]["request"],
  ) => Promise<CopierCalls[Call]["response"]>;
  /** How many requests wait for an answer. */
  readonly waiting: () => number;
}

/** Worker threads that do the bulk work of one job. */
export interface Copiers extends AsyncDisposable {
  readonly threads: readonly Copier[];
  /** The thread with the least to do. */
  readonly idlest: () => Copier;
}

export interface CopiersOptions {
  readonly entryPoint: string;
  readonly context: CopierContext;
  readonly threads: number;
}

export function startCopiers(options: CopiersOptions): Copiers {
  const workers = Array.from(
    { length: options.threads },
    () => new Worker(options.entryPoint, { workerData: options.context }),
  );
  const threads = workers.map(copierOf);
  return {
    threads,
    idlest: () => threads.reduce((least, other) => (other.waiting() < least.waiting() ? other : least)),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

interface Waiting {
  readonly resolve: (response: never) => void;
  readonly reject: (error: unknown) => void;
}

function copierOf(worker: Worker): Copier {
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let broken: unknown;
  worker.on("message", (message: CopierResponse) => {
    const { resolve, reject } = waiting.get(message.id) ?? {};
    waiting.delete(message.id);
    if ("failure" in message) reject?.(new TierFailure(message.failure.code, message.failure.message));
    else resolve?.(message.response as never);
  });
  worker.on("error", (error) => {
    broken = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  return {
    waiting: () => waiting.size,
    ask: (call, request) => {
      const { promise, resolve, reject } = Promise.withResolvers<CopierCalls[typeof call]["response"]>();
      lastId += 1;
      if (broken === undefined) waiting.set(lastId, { resolve: resolve as Waiting["resolve"], reject });
      else reject(broken);
      worker.postMessage({ id: lastId, call, request });
      return promise;
    },
  };
}
