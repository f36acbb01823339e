import { setImmediate as yieldToEvents } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { RemovalPack } from "../catalog/removal-table.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { type PackPlace, type PackSetback, removePacks } from "./remove-packs.ts";
import { endOfRemovals, type RemoverTask } from "./remover-thread.ts";

/** Packs that were removed together, and what of them stayed. */
export interface RemovedPacks {
  readonly packs: readonly RemovalPack[];
  readonly setbacks: readonly PackSetback[];
}

/** Removes packs, many at a time. */
export interface Removers extends AsyncDisposable {
  /** Resolves, when more can be taken, to what was done since. Packs of one directory come one after another. */
  readonly remove: (packs: readonly RemovalPack[]) => Promise<readonly RemovedPacks[]>;
  /** Waits for all that is not done yet. */
  readonly rest: () => Promise<readonly RemovedPacks[]>;
}

export interface RemoverOptions {
  readonly place: PackPlace;
  /** The file of the threads' entry point. */
  readonly entryPoint: string;
  /** That remove at the same time, this one included. */
  readonly threads: number;
}

/** What a thread has before it, so that it never waits for this one. */
const aheadAtMost = 2;
/** From so many packs on, starting threads pays: each has up to 64 KiB, or the files of one directory. */
const worthThreads = 16;

/** This thread removes, too; others help with what is worth it. */
export function openRemovers(options: RemoverOptions): Removers {
  const done: RemovedPacks[] = [];
  let helpers: readonly Helper[] | undefined;
  let seen = 0;
  let last: { readonly directory: RawPath | undefined; readonly taker: Helper | undefined } | undefined;
  const start = () => Array.from({ length: options.threads - 1 }, () => startHelper(options, done));
  return {
    remove: async (packs) => {
      seen += packs.length;
      if (seen >= worthThreads) helpers ??= start();
      const isSame = packs[0]?.directory === last?.directory;
      const taker = isSame ? last?.taker : helpers?.find(({ ahead }) => ahead() < aheadAtMost);
      last = { directory: packs.at(-1)?.directory, taker };
      if (taker === undefined) done.push({ packs, setbacks: removePacks(options.place, packs) });
      else await taker.take(packs);
      if (helpers !== undefined) await yieldToEvents();
      return done.splice(0);
    },
    rest: async () => {
      for (const helper of helpers ?? []) await helper.until(0);
      return done.splice(0);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all((helpers ?? []).map((helper) => helper.end()));
    },
  };
}

interface Helper {
  readonly ahead: () => number;
  readonly take: (packs: readonly RemovalPack[]) => Promise<void>;
  /** Waits until it has no more than so many before it. @throws whatever it died of */
  readonly until: (ahead: number) => Promise<void>;
  readonly end: () => Promise<void>;
}

function startHelper({ place, entryPoint }: RemoverOptions, done: RemovedPacks[]): Helper {
  const workerData: RemoverTask = { work: "remove", ...place };
  const worker = new Worker(entryPoint, { workerData, resourceLimits: { maxYoungGenerationSizeMb: 8 } });
  const taken: (readonly RemovalPack[])[] = [];
  let death: { readonly error: unknown } | undefined;
  let waiting: PromiseWithResolvers<void> | undefined;
  worker.on("message", (setbacks: readonly PackSetback[]) => {
    done.push({ packs: taken.shift() ?? [], setbacks });
    waiting?.resolve();
  });
  worker.on("error", (error) => {
    death ??= { error };
    waiting?.resolve();
  });
  const { promise: ended, resolve: markEnded } = Promise.withResolvers<void>();
  worker.on("exit", () => markEnded());
  const until = async (ahead: number) => {
    while (taken.length > ahead && death === undefined) {
      waiting = Promise.withResolvers();
      await waiting.promise;
    }
    if (death !== undefined) throw death.error;
  };
  return {
    ahead: () => taken.length,
    until,
    take: async (packs) => {
      await until(aheadAtMost);
      taken.push(packs);
      worker.postMessage(packs);
    },
    // Asked to end, never terminated: koffi takes the whole process with it when its thread is stopped while it loads.
    end: async () => {
      worker.postMessage(endOfRemovals);
      await ended;
    },
  };
}
