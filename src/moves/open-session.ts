import type { Journal } from "../catalog/journal.ts";
import { manifestPath } from "../catalog/manifest.ts";
import { stagingFolder } from "../catalog/operation.ts";
import type { Sets } from "../catalog/sets.ts";
import { newDeviceTurn } from "../host/device-turn.ts";
import type { Clock } from "../host/host.ts";
import { openFileLimit } from "../host/machine.ts";
import { ownerNames } from "../host/owner-names.ts";
import { closeFd, open, openRoot } from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import type { Progress } from "../jobs/job.ts";
import type { Pacer } from "../jobs/pacer.ts";
import type { OpenSource } from "../jobs/source.ts";
import { parentOf, type RawPath, rawPath } from "../lib/raw-path.ts";
import { probeCapabilities } from "../tiers/capabilities.ts";
import type { OpenTier } from "../tiers/tier.ts";
import type { CopierContext } from "./copier-context.ts";
import type { SyncPoint } from "./copier-messages.ts";
import { startCopiers } from "./copiers.ts";
import type { CopyTimes } from "./copy-clock.ts";
import { onTier } from "./failure.ts";
import { openNewDirectories } from "./new-directories.ts";
import type { MoveRule } from "./rule.ts";
import type { MoveSession, Stage } from "./session.ts";
import { asideNames } from "./set-aside.ts";
import { openStoredTree } from "./stored-tree.ts";
import {
  leaveReadme,
  openManifest,
  openTierDirectory,
  removeIfEmpty,
  removeOwnTree,
  removeStrays,
} from "./tier-files.ts";

export interface SessionOptions {
  readonly run: string;
  readonly host: string;
  readonly rule: MoveRule;
  readonly source: OpenSource;
  readonly tier: OpenTier;
  readonly journal: Journal;
  readonly sets: Sets;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly pacer: Pacer;
  readonly progress: (done: Progress) => void;
  /** The file of the copier threads' entry point. */
  readonly copierEntry: string;
  readonly threads: number;
}

export interface OpenMoveSession extends MoveSession, AsyncDisposable {
  /** Wall time of each stage so far; copying is split by what the threads were busy with. */
  readonly stageSeconds: () => Promise<Readonly<Record<string, number>>>;
}

/**
 * Prepares the tier for one job's deeds: the staging folder, journalled before it is made, the capabilities, the
 * threads. Disposing takes the staging folder away again. @throws TierFailure
 */
export async function openMoveSession(options: SessionOptions): Promise<OpenMoveSession> {
  const { run, rule, tier, source, journal, clock } = options;
  const owner = { run, job: rule.name };
  journal.beginStaging({ ...owner, tier: tier.name, tierUuid: tier.uuid });
  await using closing = new AsyncDisposableStack();
  // Step 0: before the first write.
  const syncs = { copies: openSyncPoint(tier, closing), names: openSyncPoint(tier, closing) };
  const staging = openTierDirectory(tier.root, stagingFolder(owner));
  closing.defer(() => endStaging(options, staging));
  onTier(() => removeStrays(staging, (seq) => journal.isOnItsWay({ ...owner, seq })));
  leaveReadme(tier.root);
  const capabilities = onTier(() => probeCapabilities(staging));
  const isWhole = syncsAsAWhole(tier);
  const context: CopierContext = {
    source: source.root,
    tier: tier.root,
    staging,
    leases: source.leases,
    setAside: source.mount.fsType !== "overlay",
    asidePrefix: `${asideNames}${run}.${rule.name}.`,
    compress: rule.compress,
    readBack: tier.config.readBack,
    syncEach: sharesFileSystem(tier, source) || !isWhole,
    syncNames: !isWhole,
    publish: capabilities.publish,
    hardLinks: capabilities.hardLinks,
    turn: newDeviceTurn(),
  };
  const copiers = closing.use(startCopiers({ entryPoint: options.copierEntry, context, threads: options.threads }));
  const manifest = closing.use(openManifest(tier.root, manifestPath(options.host, run), context.syncEach));
  const { stageSeconds, timed } = stopwatch(clock);
  const session: MoveSession = {
    ...options,
    capabilities,
    copiers,
    context,
    syncs,
    names: ownerNames(),
    tree: openStoredTree(tier, { root: source.root, rootMode: source.grantedMode }, context.syncEach),
    newDirectories: openNewDirectories(),
    writeManifest: manifest.append,
    batchFiles: options.pacer.isTight() ? tightBatchFiles : batchSize(),
    nextSeq: counter(journal.lastSeq(owner)),
    timed,
  };
  // Nothing may fail from here on: the threads would go on for ever.
  const held = closing.move();
  return {
    ...session,
    stageSeconds: async () =>
      splitCopying(stageSeconds, await Promise.all(copiers.threads.map((thread) => thread.ask("times", null)))),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

const batchFiles = 1_000;
/** Where the journal has next to no room, and the first sources that go make some. */
const tightBatchFiles = 50;
const otherDescriptors = 200;

/** Each file keeps its source and its staged copy open, and two batches overlap. */
function batchSize(): number {
  return Math.max(1, Math.min(batchFiles, Math.floor((openFileLimit() - otherDescriptors) / 4)));
}

function openSyncPoint(tier: OpenTier, closing: AsyncDisposableStack): SyncPoint {
  const fd = onTier(() => openRoot(rawPath(`/proc/self/fd/${tier.root}`), open.O_RDONLY | open.O_DIRECTORY));
  closing.defer(() => closeFd(fd));
  return { fd, path: rawPath(tier.path) };
}

/** `syncfs` would write back everybody's pages where the tier lies on the root's or the source's file system. */
function sharesFileSystem(tier: OpenTier, source: OpenSource): boolean {
  const rootFd = openRoot("/" as RawPath, open.O_PATH | open.O_DIRECTORY);
  const rootDevice = statFd(rootFd).device;
  closeFd(rootFd);
  return tier.device === rootDevice || tier.device === statFd(source.root).device;
}

const syncedAsAWhole = /^(ext[234]|xfs|btrfs|bcachefs|f2fs|jfs|zfs|overlay|tmpfs|v?fat|msdos|exfat|ntfs3|nfs4?)$/;

/**
 * FUSE answers `syncfs` itself, without asking its server, and SMB leaves its server's cache as it is: nothing would be
 * durable. `fsync` of each file reaches the server.
 */
function syncsAsAWhole(tier: OpenTier): boolean {
  return syncedAsAWhole.test(tier.filesystemType);
}

function endStaging({ journal, tier, run, rule }: SessionOptions, staging: number): void {
  closeFd(staging);
  const owner = { run, job: rule.name };
  if (journal.isUnfinished(owner)) return;
  try {
    removeOwnTree(tier.root, stagingFolder(owner));
    removeIfEmpty(tier.root, parentOf(stagingFolder(owner)));
  } catch (error) {
    // The tier does not let us; the journal remembers the folder for the next run.
    if (error instanceof Error && "call" in error) return;
    throw error;
  }
  journal.endStaging(owner);
}

function counter(last: number): () => number {
  let current = last;
  return () => {
    current += 1;
    return current;
  };
}

function splitCopying(stages: Readonly<Record<Stage, number>>, threads: readonly CopyTimes[]): Record<string, number> {
  const { copy, ...others } = stages;
  const sum = (part: keyof CopyTimes) => threads.reduce((total, times) => total + times[part], 0);
  const busy = sum("read") + sum("compress") + sum("write");
  const share = (part: keyof CopyTimes) => (busy === 0 ? 0 : (copy * sum(part)) / busy);
  return { read: share("read"), compress: share("compress"), write: share("write"), ...others };
}

function stopwatch(
  clock: Clock,
): Pick<MoveSession, "timed"> & { readonly stageSeconds: Readonly<Record<Stage, number>> } {
  const stageSeconds: Record<Stage, number> = {
    scan: 0,
    copy: 0,
    sync: 0,
    verify: 0,
    publish: 0,
    unlink: 0,
    journal: 0,
  };
  return {
    stageSeconds,
    timed: async (stage, work) => {
      const begun = clock.elapsed();
      try {
        return await work();
      } finally {
        stageSeconds[stage] += (clock.elapsed() - begun) / 1000;
      }
    },
  };
}
