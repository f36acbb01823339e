import { createHash } from "node:crypto";
import { printFacts } from "../catalog/facts.ts";
import type { OwnerNames } from "../host/owner-names.ts";
import { closeFd, syncFile } from "../host/posix.ts";
import type { Pacer } from "../jobs/pacer.ts";
import { engineOfContent } from "../policies/engine-data.ts";
import { writeGently } from "./bursts.ts";
import { type CopierContext, storedCompression } from "./copier-context.ts";
import type { Copied, CopyTask } from "./copier-messages.ts";
import type { Copiers } from "./copiers.ts";
import { createStaged, isLargeWorthwhile, removeStaged } from "./copy-file.ts";
import { isSetback, onSource, onTier, type Setback } from "./failure.ts";
import { fingerprintKey } from "./fingerprint.ts";
import { encodeSeekTable, type FramedCodec, type FrameRoom, frameBytes, type PackedFrame } from "./framed.ts";
import { inOrder } from "./in-order.ts";
import { applyFacts, readFacts } from "./metadata.ts";
import { compressSingle } from "./single-frame.ts";
import { openChecked } from "./source-file.ts";

export interface BigFileWork {
  readonly context: CopierContext;
  readonly copiers: Copiers;
  readonly names: OwnerNames;
  readonly signal: AbortSignal;
  readonly pacer: Pacer;
  readonly progress: (bytes: number) => void;
}

/** A big file's copy, with what it can be compared by. */
export interface CopiedBig extends Copied {
  readonly packed: PackedFrames | undefined;
}

/**
 * Step 2 for a file of more than one frame that is to be compressed: the threads read and compress frames, this
 * thread hashes and writes them in order. `undefined` when its content would not shrink.
 * @throws TierFailure
 */
export async function copyBig(work: BigFileWork, task: CopyTask): Promise<CopiedBig | Setback | undefined> {
  const { context } = work;
  const checked = onSource(() =>
    openChecked({ root: context.source, path: task.path, identity: task.identity, leases: context.leases }),
  );
  if (typeof checked === "string") return { verdict: checked };
  if (isSetback(checked)) return checked;
  const { fd } = checked;
  try {
    const worthwhile = onSource(() => isLargeWorthwhile(fd, context));
    if (typeof worthwhile !== "boolean") return worthwhile;
    if (!worthwhile) return undefined;
    const seen = onSource(() => readFacts(checked, work.names));
    if (isSetback(seen)) return seen;
    const { facts } = seen;
    const staged = onTier(() => createStaged(context, task.seq));
    let content: StagedContent | Setback;
    try {
      const source = { fd, sizeBytes: task.identity.sizeBytes };
      content = await (context.compress === "zstd-single"
        ? compressSingle(source, staged, work)
        : compressFrames(source, staged, work));
      onTier(() => {
        applyFacts(staged, facts, task.identity.modifiedNs);
        if (context.syncEach) syncFile(staged, task.path);
      });
    } catch (error) {
      closeFd(staged);
      removeStaged(context, task.seq);
      throw error;
    }
    onTier(() => closeFd(staged, task.path));
    if (!isSetback(content))
      return { ...content, facts: printFacts(facts), compression: storedCompression(context.compress) };
    removeStaged(context, task.seq);
    return content;
  } finally {
    closeFd(fd);
  }
}

export interface OpenContent {
  readonly fd: number;
  readonly sizeBytes: number;
}

export interface StagedContent {
  readonly sha256: string;
  readonly storedSha256: string;
  readonly storedBytes: number;
  /** `undefined` for one stream. */
  readonly packed: PackedFrames | undefined;
}

export interface PackedFrames {
  /** Of the fingerprints. */
  readonly key: Uint8Array;
  readonly frames: readonly PackedFrame[];
}

async function compressFrames(
  source: OpenContent,
  staged: number,
  work: BigFileWork,
): Promise<StagedContent | Setback> {
  const codec: FramedCodec = work.context.compress === "gzip" ? "gzip" : "zstd";
  const content = createHash("sha256");
  const stored = createHash("sha256");
  const frames: PackedFrame[] = [];
  const key = fingerprintKey();
  let storedBytes = 0;
  const put = (bytes: Uint8Array) => {
    stored.update(bytes);
    onTier(() => writeGently({ fd: staged, turn: work.context.turn }, bytes, storedBytes));
    storedBytes += bytes.byteLength;
  };
  const compress = async (offset: number, room: FrameRoom) => {
    const length = Math.min(frameBytes, source.sizeBytes - offset);
    const task = { fd: source.fd, offset, length, codec, key, room };
    return { frame: await work.copiers.idlest().ask("compress", task), room };
  };
  for await (const { frame, room } of inOrder(offsets(source.sizeBytes), work.copiers.frameRooms(), compress)) {
    work.signal.throwIfAborted();
    if (isSetback(frame)) return frame;
    const raw = room.raw.subarray(0, frame.rawBytes);
    if (frames.length === 0 && engineOfContent(raw) !== undefined) return { verdict: "engine-data" };
    content.update(raw);
    put(room.packed.subarray(0, frame.storedBytes));
    frames.push(frame);
    work.progress(frame.rawBytes);
    await work.pacer.pace({ read: frame.rawBytes, written: frame.storedBytes });
  }
  if (codec === "zstd") put(encodeSeekTable(frames));
  return { sha256: content.digest("hex"), storedSha256: stored.digest("hex"), storedBytes, packed: { key, frames } };
}

function* offsets(sizeBytes: number): Generator<number> {
  for (let offset = 0; offset < sizeBytes; offset += frameBytes) yield offset;
}
