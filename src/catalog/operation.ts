import type { RawPath } from "../lib/raw-path.ts";
import type { StoredCompression } from "./facts.ts";

/** How far a batch has come; each state is on disk before the deed that follows it. */
export type BatchState = "staged" | "verified" | "published" | "done";

/** The very file that was planned; a difference in any of these means another file or another content. */
export interface SourceIdentity {
  readonly device: number;
  readonly inode: bigint;
  readonly sizeBytes: number;
  readonly modifiedNs: bigint;
  readonly changedNs: bigint;
  readonly links: number;
}

/** Whose operation it is, and its number within that run and job. */
export interface OperationKey {
  readonly run: string;
  readonly job: string;
  readonly seq: number;
}

/** One planned file of one run, before anything is done. */
export interface StagedOperation extends OperationKey {
  /** From the batch's root. */
  readonly path: RawPath;
  readonly identity: SourceIdentity;
  /** The `seq` of the group's first file, for files that are hard links of one another. */
  readonly linkGroup: number | undefined;
}

/** What is known once the copy was read back. */
export interface VerifiedFacts {
  /** From the tier's root. */
  readonly storedAs: RawPath;
  readonly storedBytes: number;
  readonly sha256: string;
  readonly storedSha256: string;
  readonly compression: StoredCompression;
  /** `printFacts` of what the file is besides its content. */
  readonly facts: string;
}

/** An operation whose copy is proved. */
export interface VerifiedOperation {
  readonly operation: StagedOperation;
  readonly facts: VerifiedFacts;
}

export interface Operation extends StagedOperation {
  readonly verified: VerifiedFacts | undefined;
}

/** Operations of one run and job with numbers from `first` to `last`, which go through the protocol together. */
export interface BatchKey {
  readonly run: string;
  readonly job: string;
  readonly first: number;
  readonly last: number;
}

export interface BatchPlace {
  readonly tier: string;
  /** The source's root, resolved. */
  readonly root: RawPath;
  /** The number of the set whose files these are. */
  readonly ofSet?: number;
}

/** A batch that a dead run left. */
export interface UnfinishedBatch extends BatchPlace {
  readonly key: BatchKey;
  readonly state: BatchState;
  readonly operations: readonly Operation[];
}

/** The id of an operation, and of the placement that it makes: unique over runs, jobs and hosts. */
export function operationId({ run, job, seq }: OperationKey): string {
  return `${run}.${job}.${seq}`;
}

/** The operation that an id names; `undefined` for what is no id. */
export function parseOperationId(id: string): OperationKey | undefined {
  const [, run, job, seq] = id.match(/^([^.]+)\.([^.]+)\.([1-9]\d{0,14})$/) ?? [];
  return run === undefined || job === undefined ? undefined : { run, job, seq: Number(seq) };
}

/** Where the copies of a run's job are staged, from the tier's root; each has its operation's number as name. */
export function stagingFolder(owner: Pick<OperationKey, "run" | "job">): RawPath {
  return `.tierkeep/staging/${owner.run}/${owner.job}` as RawPath;
}
