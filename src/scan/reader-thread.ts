import type { MessagePort } from "node:worker_threads";
import type { RawPath } from "../lib/raw-path.ts";
import { directoryReader, type ScanRoot } from "./read-directory.ts";
import type { ScanRule } from "./scan-rule.ts";

/** What a reader thread is told at its start; descriptors are the process's own. */
export interface ReaderTask {
  readonly work: "read";
  readonly root: ScanRoot;
  readonly rule: ScanRule;
}

/** Reads batches of directories for another thread until it is ended. */
export function serveReader({ root, rule }: Omit<ReaderTask, "work">, port: MessagePort, now: () => number): void {
  const read = directoryReader(root, rule, now);
  port.on("message", (paths: readonly RawPath[]) => port.postMessage(paths.map(read)));
}
