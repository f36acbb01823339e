import type { RawPath } from "../lib/raw-path.ts";
import type { FileFacts, StoredCompression } from "./facts.ts";

/** How far an operation has come; each state is on disk before the deed that follows it. */
export type OperationState = "staged" | "verified" | "published" | "done";

/** The very file that was planned; a difference in any of these means another file or another content. */
export interface SourceIdentity {
  readonly device: number;
  readonly inode: bigint;
  readonly sizeBytes: number;
  readonly modifiedNs: bigint;
  readonly changedNs: bigint;
  readonly links: number;
}

/** One planned file of one run, before anything is done. */
export interface StagedOperation {
  readonly run: string;
  readonly job: string;
  readonly seq: number;
  readonly tier: string;
  /** The source's root, resolved. */
  readonly root: RawPath;
  /** From the root. */
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
  readonly facts: FileFacts;
}

export interface Operation extends StagedOperation {
  readonly state: OperationState;
  readonly verified: VerifiedFacts | undefined;
}

/** The id of an operation, and of the placement that it makes: unique over runs, jobs and hosts. */
export function operationId(operation: Pick<StagedOperation, "run" | "job" | "seq">): string {
  return `${operation.run}.${operation.job}.${operation.seq}`;
}

/** Where an operation's copy is staged, from the tier's root. */
export function stagingName(operation: Pick<StagedOperation, "run" | "job" | "seq">): RawPath {
  return `${stagingFolder(operation)}/${operation.seq}` as RawPath;
}

export function stagingFolder(owner: Pick<StagedOperation, "run" | "job">): RawPath {
  return `.tierkeep/staging/${owner.run}/${owner.job}` as RawPath;
}
