import type { SourceIdentity } from "../catalog/operation.ts";
import { closeFd, open, openBeneath } from "../host/posix.ts";
import { type FileStat, statFd } from "../host/stat.ts";
import { probeLease, type WriterProbe } from "../host/writers.ts";
import { hasCode } from "../lib/errors.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { ReasonCode } from "../policies/reasons.ts";

/** Opens a regular file below a root for reading, without a trace in its access time where we may (HAZARDS M26). */
export function openSource(root: number, path: RawPath): number {
  const flags = open.O_RDONLY | open.O_NOFOLLOW | open.O_NONBLOCK | open.O_NOCTTY;
  try {
    return openBeneath(root, path, flags | open.O_NOATIME);
  } catch (error) {
    if (!hasCode(error, "EPERM")) throw error;
    return openBeneath(root, path, flags);
  }
}

export function identityOf(stat: FileStat): SourceIdentity {
  const { device, inode, sizeBytes, modifiedNs, changedNs, links } = stat;
  return { device, inode, sizeBytes, modifiedNs, changedNs, links };
}

/** The very file that was planned: same inode, same content as far as stamps tell. */
export function isSameFile(stat: FileStat, planned: SourceIdentity): boolean {
  return isSameContent(stat, planned) && stat.changedNs === planned.changedNs && stat.links === planned.links;
}

/** As `isSameFile`, but for what removing another of its links changes. */
export function isSameContent(stat: FileStat, planned: SourceIdentity): boolean {
  return (
    stat.kind === "file" &&
    stat.device === planned.device &&
    stat.inode === planned.inode &&
    stat.sizeBytes === planned.sizeBytes &&
    stat.modifiedNs === planned.modifiedNs
  );
}

export interface SourceCheck {
  readonly root: number;
  readonly path: RawPath;
  readonly identity: SourceIdentity;
  /** The source's file system has leases; elsewhere the plan asked /proc. */
  readonly leases: boolean;
}

export interface CheckedSource {
  readonly fd: number;
  readonly stat: FileStat;
}

/** Opens a planned source once more; a verdict when it is not what was planned or somebody writes to it. */
export function openChecked({ root, path, identity, leases }: SourceCheck): CheckedSource | ReasonCode {
  const fd = openSource(root, path);
  const stat = statFd(fd);
  const verdict = judgeSource({ fd, stat }, { identity, probe: leases ? probeLease : () => "free" });
  if (verdict === undefined) return { fd, stat };
  closeFd(fd);
  return verdict;
}

/** Why an open source must be left alone, or `undefined`. */
export function judgeSource(
  { fd, stat }: CheckedSource,
  { identity, probe }: { readonly identity: SourceIdentity; readonly probe: WriterProbe },
): ReasonCode | undefined {
  if (!isSameFile(stat, identity)) return "changed-while-copying";
  const writers = probe(fd);
  return writers === "free" ? undefined : writers;
}
