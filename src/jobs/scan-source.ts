import type { OpenScanIndex } from "../catalog/scan-index.ts";
import { availableThreads } from "../host/machine.ts";
import { statFd } from "../host/stat.ts";
import { isWithin } from "../lib/raw-path.ts";
import { directoryReader, type ScanRoot } from "../scan/read-directory.ts";
import type { ReaderTask } from "../scan/reader-thread.ts";
import { openReaders, type ReaderOptions } from "../scan/readers.ts";
import type { ReadDirectory, ReadFiles } from "../scan/reading.ts";
import { recordVersion } from "../scan/records.ts";
import { type Scanned, scanTree } from "../scan/scan.ts";
import type { ScanRule } from "../scan/scan-rule.ts";
import type { ScanSink } from "../scan/scan-sink.ts";
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

/** How a kind of job reads directories. */
export interface ScanReading<Read extends ReadDirectory> {
  readonly rule: ScanRule;
  readonly reader: (root: ScanRoot) => Pick<ReaderOptions<Read>, "read" | "task">;
  /** What else must be the same for anything remembered to count. */
  readonly identity?: readonly unknown[];
}

/**
 * Scans a job's source through the index. Where the tree turns out to be older than the index it is read again in full,
 * after `restart`.
 */
export async function scanSource<Read extends ReadDirectory>(
  source: OpenSource,
  { scanning, reading }: { readonly scanning: Scanning; readonly reading: ScanReading<Read> },
  { restart, ...told }: ScanSink<Read> & { readonly restart: () => void },
): Promise<Scanned> {
  const sink = { ...told, progress: nowAndThen(told.progress, scanning.now) };
  const { rule, identity = [] } = reading;
  const { mountId, device, inode } = statFd(source.root);
  const root = { fd: source.root, mountId, device };
  const { include, exclude, stamps } = rule;
  const place = [source.mount.source, source.mount.root, subvolume(source), source.place.filesystemId, device, inode];
  const known = [recordVersion, include, exclude, stamps, ...place.map(String), mountsOfFiles(source), ...identity];
  const index = scanning.index.openTree({ job: scanning.job, root: source.path, identity: JSON.stringify(known) });
  const scan = async (isFull: boolean) => {
    await using readers = openReaders({ ...scanning, ...reading.reader(root) });
    return await scanTree({ root, rule, index, readers, isFull }, sink);
  };
  const scanned = await scan(scanning.isFull);
  if (scanned !== "rolled-back") return scanned;
  restart();
  const again = await scan(true);
  if (again === "rolled-back") throw new Error("a full scan asked the index");
  return again;
}

/** Regular files alone count. */
export function readingFiles(rule: ScanRule, now: () => number): ScanReading<ReadFiles> {
  const reader = (root: ScanRoot) => {
    const task: ReaderTask = { work: "read", root, rule };
    return { read: directoryReader(root, rule, now), task };
  };
  return { rule, reader };
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
