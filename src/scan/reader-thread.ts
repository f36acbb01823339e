import type { MessagePort } from "node:worker_threads";
import type { RawPath } from "../lib/raw-path.ts";
import type { DirectoryReader, ScanRoot } from "./read-directory.ts";
import type { ReadDirectory } from "./reading.ts";
import type { ScanRule } from "./scan-rule.ts";

/** What a thread is told at its start that reads directories of which the regular files count; descriptors are the process's own. */
export interface ReaderTask {
  readonly work: "read";
  readonly root: ScanRoot;
  readonly rule: ScanRule;
}

export const endOfReading = "end";

/** Reads batches of directories for another thread until it is told to end. */
export function serveReader(read: DirectoryReader<ReadDirectory>, port: MessagePort): void {
  port.on("message", (message: readonly RawPath[] | typeof endOfReading) => {
    if (message === endOfReading) port.close();
    else port.postMessage(message.map(read));
  });
}
