import type { RawPath } from "../lib/raw-path.ts";
import type { Ownership } from "../policies/rotation.ts";
import type { ScanReason } from "./tally.ts";

/** What reading one directory came to; plain data, since threads send it. */
export type Reading<Read extends ReadDirectory> = Read | GoneDirectory | FailedDirectory;

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
  /** What the index keeps of it (records.ts); in its counts what is old enough is too young, as it will be while it is of use. */
  readonly record: Uint8Array;
  /** The index may believe the record: nothing failed, and the file system tells every change by the directory's times. */
  readonly isVouchedFor: boolean;
  /** Directories in it that are to be walked, too. */
  readonly subdirectories: readonly RawPath[];
  /** How many of the files are old enough, and may go. */
  readonly old: number;
  readonly oldBytes: number;
  readonly files: number;
  /** A tier's own folder lies in it. */
  readonly holdsTier: boolean;
  /** Each thing that stays, where the rule asks for names. */
  readonly kept: readonly { readonly code: ScanReason; readonly name: RawPath }[];
  /** Names that could not be looked at. */
  readonly problems: readonly { readonly name: RawPath; readonly message: string }[];
}

/** A directory whose regular files alone count. */
export interface ReadFiles extends ReadDirectory {
  /** Files that are old enough by their stamp. */
  readonly candidates: readonly RawPath[];
  /** Names that a rotation will write to again; looked for only where there are candidates. */
  readonly activeNames: readonly RawPath[];
  readonly owner: Ownership;
}
