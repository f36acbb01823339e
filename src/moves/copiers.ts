import { Worker } from "node:worker_threads";
import type { CopierContext } from "./copier-context.ts";
import { type CopierCall, type CopierCalls, type CopierResponse, endOfWork } from "./copier-messages.ts";
import { TierFailure } from "./failure.ts";
import { type FrameRoom, makeFrameRoom } from "./framed.ts";

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
  /** Room for the frames of one big file: one that is taken in, one for each thread, and one that waits. Used again. */
  readonly frameRooms: () => readonly FrameRoom[];
}

export interface CopiersOptions {
  readonly entryPoint: string;
  readonly context: CopierContext;
  readonly threads: number;
}

export function startCopiers(options: CopiersOptions): Copiers {
  const threads = Array.from({ length: options.threads }, () => startThread(options));
  let rooms: readonly FrameRoom[] | undefined;
  return {
    threads,
    idlest: () => threads.reduce((least, other) => (other.waiting() < least.waiting() ? other : least)),
    frameRooms: () => {
      rooms ??= Array.from({ length: options.threads + 2 }, makeFrameRoom);
      return rooms;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(threads.map((thread) => thread.end()));
    },
  };
}

interface Waiting {
  readonly resolve: (response: never) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread extends Copier {
  readonly end: () => Promise<void>;
}

function startThread(options: CopiersOptions): Thread {
  const worker = new Worker(options.entryPoint, {
    workerData: options.context,
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let death: unknown;
  worker.on("message", (message: CopierResponse) => {
    const { resolve, reject } = waiting.get(message.id) ?? {};
    waiting.delete(message.id);
    if ("failure" in message) reject?.(new TierFailure(message.failure.code, message.failure.message));
    else resolve?.(message.response as never);
  });
  worker.on("error", (error) => {
    death = error;
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  });
  const { promise: ended, resolve: markEnded } = Promise.withResolvers<void>();
  worker.on("exit", () => markEnded());
  return {
    waiting: () => waiting.size,
    ask: async (call, request) => {
      // A dead thread would never answer.
      if (death !== undefined) throw death;
      const { promise, resolve, reject } = Promise.withResolvers<CopierCalls[typeof call]["response"]>();
      lastId += 1;
      waiting.set(lastId, { resolve: resolve as Waiting["resolve"], reject });
      worker.postMessage({ id: lastId, call, request });
      return await promise;
    },
    // Asked to end, never terminated: koffi takes the whole process with it when its thread is stopped while it loads.
    end: async () => {
      worker.postMessage(endOfWork);
      await ended;
    },
  };
}
