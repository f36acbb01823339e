import type { RawPath } from "../lib/raw-path.ts";
import type { Ownership } from "../policies/rotation.ts";
import type { ScanReason } from "./tally.ts";

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
  /** What the index keeps of it (records.ts); in its counts the candidates are too young, as they will be while it is of use. */
  readonly record: Uint8Array;
  /** The index may believe the record: nothing failed, and the file system tells every change by the directory's times. */
  readonly isVouchedFor: boolean;
  /** Directories in it that are to be walked, too. */
  readonly subdirectories: readonly RawPath[];
  /** Files that are old enough by their stamp. */
  readonly candidates: readonly RawPath[];
  readonly candidateBytes: number;
  /** Names that a rotation will write to again; looked for only where there are candidates. */
  readonly activeNames: readonly RawPath[];
  readonly owner: Ownership;
  readonly files: number;
  /** A tier's own folder lies in it. */
  readonly holdsTier: boolean;
  /** Each thing that stays, where the rule asks for names. */
  readonly kept: readonly { readonly code: ScanReason; readonly name: RawPath }[];
  /** Names that could not be looked at. */
  readonly problems: readonly { readonly name: RawPath; readonly message: string }[];
}
