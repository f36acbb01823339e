import type { RawPath } from "../lib/raw-path.ts";
import type { ReadDirectory } from "./reading.ts";
import type { ScanReason } from "./tally.ts";

/** What a scan tells while it goes on. */
export interface ScanSink<Read extends ReadDirectory> {
  /** A directory that was read, after those above it; whether what is old enough in it is due is for the caller to judge. */
  found(directory: Read): void;
  /** A directory that was not read and stays where it is, below one that was. */
  readonly passed: (path: RawPath) => void;
  /** Each thing that stays, where the rule asks for names. */
  readonly kept: (code: ScanReason, path: RawPath) => void;
  readonly unreadable: (path: RawPath, message: string) => void;
  /** A tier's own folder lies in this directory. */
  readonly holdsTier: (path: RawPath) => void;
  readonly progress: (files: number) => void;
}
