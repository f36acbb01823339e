import { Worker } from "node:worker_threads";
import type { CopierContext } from "./copier-context.ts";
import type { CopierCall, CopierCalls, CopierResponse } from "./copier-messages.ts";
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
    ask: (call, request) => {
      const { promise, resolve, reject } = Promise.withResolvers<CopierCalls[typeof call]["response"]>();
      const [first, ...others] = threads;
      if (first === undefined) throw new Error("no copier threads");
      const thread = others.reduce((least, other) => (other.waiting.size < least.waiting.size ? other : least), first);
      lastId += 1;
      thread.waiting.set(lastId, { resolve: resolve as Waiting["resolve"], reject });
      thread.worker.postMessage({ id: lastId, call, request });
      return promise;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
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
  worker.on("error", (error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  return { worker, waiting };
}
