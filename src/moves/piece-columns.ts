import type { RawPath } from "../lib/raw-path.ts";
import type { Copied, CopyTask } from "./copier-messages.ts";

/**
 * The files of a piece as they travel between threads: by columns, since cloning some objects for each file costs
 * more than several of its system calls.
 */
export interface TaskColumns {
  readonly seqs: readonly number[];
  readonly paths: readonly RawPath[];
  readonly areLinks: readonly boolean[];
  /** `identityWords` of each file. */
  readonly identities: BigInt64Array<ArrayBuffer>;
}

/** Device, inode, size, modification, change, links. */
const identityWords = 6;

export function packTasks(tasks: readonly CopyTask[]): TaskColumns {
  const identities = new BigInt64Array(tasks.length * identityWords);
  tasks.forEach(({ identity }, index) => {
    const at = index * identityWords;
    identities[at] = BigInt(identity.device);
    identities[at + 1] = identity.inode;
    identities[at + 2] = BigInt(identity.sizeBytes);
    identities[at + 3] = identity.modifiedNs;
    identities[at + 4] = identity.changedNs;
    identities[at + 5] = BigInt(identity.links);
  });
  return {
    seqs: tasks.map((task) => task.seq),
    paths: tasks.map((task) => task.path),
    areLinks: tasks.map((task) => task.isLink),
    identities,
  };
}

export function unpackTasks({ seqs, paths, areLinks, identities }: TaskColumns): readonly CopyTask[] {
  return paths.map((path, index) => ({
    seq: seqs[index] ?? 0,
    path,
    isLink: areLinks[index] ?? false,
    identity: unpackIdentity(identities, index * identityWords),
  }));
}

function unpackIdentity(identities: BigInt64Array, at: number): CopyTask["identity"] {
  return {
    device: Number(identities[at]),
    inode: BigInt.asUintN(64, identities[at + 1] ?? 0n),
    sizeBytes: Number(identities[at + 2]),
    modifiedNs: identities[at + 3] ?? 0n,
    changedNs: identities[at + 4] ?? 0n,
    links: Number(identities[at + 5]),
  };
}

export type CopiedColumns = { readonly [Field in keyof Copied]: readonly Copied[Field][] };

export function packCopied(copied: readonly Copied[]): CopiedColumns {
  return {
    sha256: copied.map((each) => each.sha256),
    storedSha256: copied.map((each) => each.storedSha256),
    storedBytes: copied.map((each) => each.storedBytes),
    compression: copied.map((each) => each.compression),
    facts: copied.map((each) => each.facts),
  };
}

export function unpackCopied({ storedSha256, storedBytes, compression, ...columns }: CopiedColumns): readonly Copied[] {
  return columns.sha256.map((sha256, index) => ({
    sha256,
    storedSha256: storedSha256[index] ?? "",
    storedBytes: storedBytes[index] ?? 0,
    compression: compression[index] ?? "none",
    facts: columns.facts[index] ?? "",
  }));
}
