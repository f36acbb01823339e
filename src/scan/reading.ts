import type { RawPath } from "../lib/raw-path.ts";
import type { ScanReason, Tally } from "./tally.ts";

/** What reading one directory came to; plain data, since threads send it. */
export type Reading = ReadDirectory | GoneDirectory | FailedDirectory;

/** It vanished, or is no directory any more. */
export interface GoneDirectory {
  readonly state: "gone";
  readonly path: RawPath;
}

export interface FailedDirectory {
  readonly state: "failed";
  readonly path: RawPath;
  readonly message: string;
}

export interface ReadDirectory {
  readonly state: "read";
  readonly path: RawPath;
  /** The clock before the directory was opened. */
  readonly lookedMs: number;
  /** What it is known again by (`readKey`). */
  readonly key: Uint8Array;
  /** Directories in it that are to be walked, too. */
  readonly subdirectories: readonly RawPath[];
  /** Stamps of the regular files that the rule's names match; infinite where there are none. */
  readonly oldestMs: number;
  readonly newestMs: number;
  /** Files that are old enough by their stamp. */
  readonly candidates: readonly RawPath[];
  readonly candidateBytes: number;
  /** Names that a rotation will write to again; looked for only where there are candidates. */
  readonly activeNames: readonly RawPath[];
  readonly tallies: readonly Tally[];
  /** Each thing that stays, where the rule asks for names. */
  readonly kept: readonly { readonly code: ScanReason; readonly name: RawPath }[];
  /** Names that could not be looked at. */
  readonly problems: readonly { readonly name: RawPath; readonly message: string }[];
  readonly files: number;
  /** A tier's own folder lies in it. */
  readonly holdsTier: boolean;
  /** Its file system tells every change by the directory's times, so it may be passed over while those stand still. */
  readonly isTellingChanges: boolean;
}
