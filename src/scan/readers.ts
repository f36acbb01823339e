import { setImmediate as yieldToEvents } from "node:timers/promises";
import type { RawPath } from "../lib/raw-path.ts";
import type { DirectoryReader } from "./read-directory.ts";
import { openReaderThreads, type ReaderThreads } from "./reader-threads.ts";
import type { ReadDirectory, Reading } from "./reading.ts";

/** Reads directories, many at a time. */
export interface Readers<Read extends ReadDirectory> extends AsyncDisposable {
  readonly ask: (path: RawPath) => void;
  /** So many wait that more would only cost memory. */
  readonly isFull: () => boolean;
  /** Some of what was asked for, in no particular order. @throws SystemError when the root cannot be read */
  readonly readings: () => Promise<readonly Reading<Read>[]>;
}

export interface ReaderOptions<Read extends ReadDirectory> {
  readonly read: DirectoryReader<Read>;
  /** From which a thread makes a reader that reads the same way. */
  readonly task: object;
  /** The file of the reader threads' entry point. */
  readonly readerEntry: string;
  /** That read at the same time, this one included. */
  readonly threads: number;
}

const waitingAtMost = 512;
/** What this thread reads between two looks at what the others have. */
const filesAtOnce = 256;
const directoriesAtOnce = 16;
/** From so much on, starting threads pays. */
const worthThreads = { files: 20_000, directories: 1_000 };

/** This thread reads, too; others help with what is worth it. */
export function openReaders<Read extends ReadDirectory>(options: ReaderOptions<Read>): Readers<Read> {
  const { read } = options;
  const queue: RawPath[] = [];
  const own = { files: 0, directories: 0 };
  let threads: ReaderThreads<Read> | undefined;
  const readSome = () => {
    const readings: Reading<Read>[] = [];
    for (let files = 0; files < filesAtOnce && readings.length < directoriesAtOnce; ) {
      const path = queue.pop();
      if (path === undefined) break;
      const reading = read(path);
      readings.push(reading);
      files += reading.state === "read" ? reading.files : 0;
      own.files += files;
    }
    own.directories += readings.length;
    return readings;
  };
  return {
    ask: (path) => void queue.push(path),
    isFull: () => queue.length >= waitingAtMost,
    readings: async () => {
      const isWorth = own.files >= worthThreads.files || own.directories >= worthThreads.directories;
      if (isWorth && options.threads > 1) threads ??= openReaderThreads(options);
      threads?.handOut(queue);
      if (threads !== undefined) await yieldToEvents();
      const arrived = threads?.arrived() ?? [];
      if (arrived.length > 0) return arrived;
      return queue.length > 0 || threads === undefined ? readSome() : threads.next();
    },
    [Symbol.asyncDispose]: async () => threads?.[Symbol.asyncDispose](),
  };
}
