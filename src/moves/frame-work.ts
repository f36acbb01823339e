import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { readFully } from "../host/posix.ts";
import { messageOf } from "../lib/errors.ts";
import { readGently } from "./bursts.ts";
import type { CopierContext } from "./copier-context.ts";
import type { CompareFrameTask, CompressTask } from "./copier-messages.ts";
import type { CopyClock } from "./copy-clock.ts";
import { onSource, onTier, type Setback } from "./failure.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { compressFrame, type PackedFrame } from "./framed.ts";
import { isDecompressionError } from "./read-back.ts";

/** Reads one part of a source and compresses it; both are in the room then. */
export function compressPart(task: CompressTask, clock: CopyClock): PackedFrame | Setback {
  const { fd, offset, length, codec, key, room } = task;
  const raw = room.raw.subarray(0, length);
  const count = onSource(() => clock.time("read", () => readFully(fd, raw, offset)));
  if (typeof count !== "number") return count;
  if (count !== length) return { verdict: "changed-while-copying" };
  return clock.time("compress", () => {
    const fingerprint = fingerprintOf(key, raw);
    const packed = compressFrame(codec, raw);
    const frame = { storedBytes: packed.byteLength, rawBytes: length, fingerprint };
    room.packed.set(packed);
    release(packed);
    return frame;
  });
}

/**
 * Step 4 for one stored frame, which is in the room then: what is wrong with what it decompresses to, or `null`.
 * @throws TierFailure
 */
export function compareFrame(
  { turn }: Pick<CopierContext, "turn">,
  { fd, offset, frame, codec, key, room }: CompareFrameTask,
): string | null {
  const packed = room.packed.subarray(0, frame.storedBytes);
  if (onTier(() => readGently({ fd, turn }, packed, offset)) !== packed.length) return "shorter than it should be";
  try {
    // One chunk of the right size: zlib would else join hundreds of small ones.
    const limit = { maxOutputLength: frame.rawBytes, chunkSize: Math.max(frame.rawBytes, 1_024) };
    const raw = codec === "zstd" ? zstdDecompressSync(packed, limit) : gunzipSync(packed, limit);
    const isSame = raw.byteLength === frame.rawBytes && fingerprintOf(key, raw) === frame.fingerprint;
    release(raw);
    return isSame ? null : "decompresses to other content";
  } catch (error) {
    if (isDecompressionError(error)) return `does not decompress: ${messageOf(error)}`;
    throw error;
  }
}

const largeBytes = 2 ** 20;

/** Frees what zlib made at once: the collector sees small objects only, and would let dozens of frames lie. */
function release({ buffer }: Buffer<ArrayBuffer>): void {
  // A small one may be a part of Node's pool, which is not ours.
  if (buffer.byteLength >= largeBytes) buffer.transfer(0);
}
