import { Worker } from "node:worker_threads";
import type { RawPath } from "../lib/raw-path.ts";
import { endOfReading } from "./reader-thread.ts";
import type { ReaderOptions } from "./readers.ts";
import type { ReadDirectory, Reading } from "./reading.ts";

export interface ReaderThreads<Read extends ReadDirectory> extends AsyncDisposable {
  /** Takes paths out of the queue for threads that have little to do. */
  readonly handOut: (queue: RawPath[]) => void;
  /** What has come since the last look. @throws whatever a thread died of */
  readonly arrived: () => readonly Reading<Read>[];
  /** Waits until something has come. */
  readonly next: () => Promise<readonly Reading<Read>[]>;
}

/** Big enough that a message costs little beside the reading, small enough that no thread is left alone at the end. */
const batchAtMost = 32;
const batchesAhead = 2;

interface Thread {
  readonly worker: Worker;
  /** Batches that it has not answered yet. */
  busy: number;
  readonly ended: Promise<void>;
}

export function openReaderThreads<Read extends ReadDirectory>({
  task: workerData,
  readerEntry,
  threads: count,
}: ReaderOptions<Read>): ReaderThreads<Read> {
  let readings: Reading<Read>[] = [];
  let waiting: PromiseWithResolvers<void> | undefined;
  let death: { readonly error: unknown } | undefined;
  const wake = () => waiting?.resolve();
  const threads = Array.from({ length: count - 1 }, (): Thread => {
    const worker = new Worker(readerEntry, { workerData, resourceLimits: { maxYoungGenerationSizeMb: 8 } });
    const { promise: ended, resolve: markEnded } = Promise.withResolvers<void>();
    worker.on("exit", () => markEnded());
    const thread = { worker, busy: 0, ended };
    thread.worker.on("message", (batch: readonly Reading<Read>[]) => {
      thread.busy -= 1;
      readings = readings.length === 0 ? [...batch] : [...readings, ...batch];
      wake();
    });
    thread.worker.on("error", (error) => {
      death ??= { error };
      wake();
    });
    return thread;
  });
  const arrived = () => {
    if (death !== undefined) throw death.error;
    const all = readings;
    readings = [];
    return all;
  };
  return {
    arrived,
    handOut: (queue) => {
      for (const thread of threads) {
        while (thread.busy < batchesAhead && queue.length > 0) {
          const size = Math.min(batchAtMost, Math.ceil(queue.length / (threads.length + 1)));
          thread.worker.postMessage(queue.splice(-size));
          thread.busy += 1;
        }
      }
    },
    next: async () => {
      waiting = Promise.withResolvers();
      if (readings.length === 0 && death === undefined) await waiting.promise;
      return arrived();
    },
    // Asked to end, never terminated: koffi takes the whole process with it when its thread is stopped while it loads.
    [Symbol.asyncDispose]: async () => {
      for (const { worker } of threads) worker.postMessage(endOfReading);
      await Promise.all(threads.map(({ ended }) => ended));
    },
  };
}
