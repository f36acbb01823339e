import type { OpenScanIndex } from "../catalog/scan-index.ts";
import { availableThreads } from "../host/machine.ts";
import { statFd } from "../host/stat.ts";
import { isWithin } from "../lib/raw-path.ts";
import { openReaders } from "../scan/readers.ts";
import { recordVersion } from "../scan/records.ts";
import { type Scanned, type ScanSink, scanTree } from "../scan/scan.ts";
import type { ScanRule } from "../scan/scan-rule.ts";
import type { JobContext, PlanWatch } from "./job.ts";
import type { OpenSource } from "./source.ts";

/** What a job scans its source with. */
export interface Scanning {
  readonly job: string;
  readonly index: OpenScanIndex;
  /** The file of the reader threads' entry point. */
  readonly readerEntry: string;
  readonly threads: number;
  /** Read every directory, whatever the index says. */
  readonly isFull: boolean;
  /** Wall time in milliseconds since 1970. */
  readonly now: () => number;
}

/** A person who asks for names, or a clock that went astray, wants every directory read. */
export function scanningOf(job: string, context: JobContext, { onKept }: PlanWatch): Scanning {
  return {
    job,
    index: context.scanIndex,
    readerEntry: context.readerEntry,
    threads: availableThreads(),
    isFull: context.fullScan || context.guard !== undefined || onKept !== undefined,
    now: context.clock.now,
  };
}

/**
 * Scans a job's source through the index. Where the tree turns out to be older than the index it is read again in full,
 * after `restart`.
 */
export async function scanSource(
  source: OpenSource,
  { scanning, rule }: { readonly scanning: Scanning; readonly rule: ScanRule },
  { restart, ...told }: ScanSink & { readonly restart: () => void },
): Promise<Scanned> {
  const sink = { ...told, progress: nowAndThen(told.progress, scanning.now) };
  const { mountId, device, inode } = statFd(source.root);
  const root = { fd: source.root, mountId, device };
  const { include, exclude, stamps } = rule;
  const place = [source.mount.source, source.mount.root, subvolume(source), source.place.filesystemId, device, inode];
  const identity = [recordVersion, include, exclude, stamps, ...place.map(String), mountsOfFiles(source)];
  const index = scanning.index.openTree({ job: scanning.job, root: source.path, identity: JSON.stringify(identity) });
  const scan = async (isFull: boolean) => {
    await using readers = openReaders({ ...scanning, root, rule });
    return await scanTree({ root, rule, index, readers, isFull }, sink);
  };
  const scanned = await scan(scanning.isFull);
  if (scanned !== "rolled-back") return scanned;
  restart();
  const again = await scan(true);
  if (again === "rolled-back") throw new Error("a full scan asked the index");
  return again;
}

const tellEveryMs = 200;

function nowAndThen(tell: (files: number) => void, now: () => number): (files: number) => void {
  let toldMs = Number.NEGATIVE_INFINITY;
  return (files) => {
    if (Math.abs(now() - toldMs) < tellEveryMs) return;
    toldMs = now();
    tell(files);
  };
}

function subvolume({ mount }: OpenSource): string | undefined {
  return mount.superOptions.find((option) => option.startsWith("subvolid="));
}

/**
 * Mount points below the root that may be files, on which a mount changes no directory. What shows the root of a file
 * system is a directory, and those are looked at in each scan.
 */
function mountsOfFiles({ mounts, path }: OpenSource): readonly string[] {
  return mounts
    .filter(({ root, mountPoint }) => root !== "/" && mountPoint !== path && isWithin(mountPoint, path))
    .map(({ mountPoint }) => mountPoint)
    .sort();
}
