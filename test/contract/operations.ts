import type { Catalog } from "../../src/catalog/catalog.ts";
import type { BatchKey, StagedOperation, VerifiedFacts } from "../../src/catalog/operation.ts";
import type { RawPath } from "../../src/lib/raw-path.ts";

export const place = { tier: "warm", root: "/var/log" as RawPath };
export const nowMs = Date.UTC(2026, 10, 23, 4, 15);

export function publishOne(
  journal: Catalog["journal"],
  batch: BatchKey,
  more: { path?: string; modifiedNs?: bigint; sizeBytes?: number; storedAs?: string } = {},
): void {
  const planned = staged(batch, batch.first);
  const { path = planned.path, modifiedNs = BigInt(batch.first), sizeBytes = planned.identity.sizeBytes } = more;
  const identity = { ...planned.identity, modifiedNs, sizeBytes };
  const operation = { ...planned, path: path as RawPath, identity, linkGroup: undefined };
  const { storedAs = `${batch.run}/${batch.first}` } = more;
  journal.stage(batch, place, [operation]);
  journal.verify(batch, [{ operation, facts: { ...verified(batch.first), storedAs: storedAs as RawPath } }], []);
  journal.publish(batch, { host: "jts-1", nowMs });
}

/** With numbers as big as file systems have them, and a name that is no text. */
export function staged(of: { readonly run: string; readonly job: string }, seq: number): StagedOperation {
  return {
    run: of.run,
    job: of.job,
    seq,
    path: `file-${seq}\xff\n` as RawPath,
    identity: {
      device: 0x800001,
      inode: 0xffff_ffff_ffff_fff0n + BigInt(seq),
      sizeBytes: 1_000 + seq,
      modifiedNs: 1_763_871_300_123_456_789n + BigInt(seq),
      changedNs: -5n,
      links: 2,
    },
    linkGroup: 1,
  };
}

export function verified(seq: number): VerifiedFacts {
  return {
    storedAs: `jts-1/logs/file-${seq}\xff\n.zst` as RawPath,
    storedBytes: 2 ** 52 + seq,
    sha256: String(seq).repeat(64),
    storedSha256: "f".repeat(64),
    compression: "zstd",
    facts: '{"accessedNs":"5","uid":1,"gid":2,"mode":"0640"}',
  };
}

export function seqs(
  batches: readonly { readonly operations: readonly { readonly seq: number }[] }[],
): readonly (readonly number[])[] {
  return batches.map(({ operations }) => operations.map(({ seq }) => seq));
}
