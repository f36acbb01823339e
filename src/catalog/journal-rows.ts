import { rawPathOfBytes } from "../lib/raw-path.ts";
import type { StoredCompression } from "./facts.ts";
import type { BatchKey, Operation, SourceIdentity, VerifiedFacts } from "./operation.ts";

type Row = Record<string, unknown>;

/** An operation of this batch from its row and, where there is one, its copy's, read with big integers. */
export function toOperation({ run, job }: BatchKey, row: Row): Operation {
  return {
    run,
    job,
    seq: Number(row.seq),
    path: rawPathOfBytes(row.path as Uint8Array),
    identity: toIdentity(row),
    linkGroup: row.link_group === null ? undefined : Number(row.link_group),
    verified: row.stored_as === null ? undefined : toVerifiedFacts(row),
  };
}

/** The columns that tell a source from every other, read with big integers. */
export function toIdentity(row: Row): SourceIdentity {
  return {
    device: Number(row.device),
    inode: BigInt.asUintN(64, row.inode as bigint),
    sizeBytes: Number(row.size_bytes),
    modifiedNs: row.modified_ns as bigint,
    changedNs: row.changed_ns as bigint,
    links: Number(row.links),
  };
}

function toVerifiedFacts(row: Row): VerifiedFacts {
  return {
    storedAs: rawPathOfBytes(row.stored_as as Uint8Array),
    storedBytes: Number(row.stored_bytes),
    sha256: String(row.sha256),
    storedSha256: String(row.stored_sha256),
    compression: String(row.compression) as StoredCompression,
    facts: String(row.facts),
  };
}
