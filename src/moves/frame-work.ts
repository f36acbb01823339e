import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { readFully } from "../host/posix.ts";
import type { CompressTask, DecompressTask } from "./copier-messages.ts";
import type { CopyClock } from "./copy-clock.ts";
import { onSource, onTier, type Setback } from "./failure.ts";
import { compressFrame } from "./framed.ts";
import { isDecompressionError } from "./read-back.ts";

/** Reads one part of a source and compresses it; both are in the room then, and the packed bytes' number is returned. */
export function compressPart({ fd, offset, length, codec, room }: CompressTask, clock: CopyClock): number | Setback {
  const raw = room.raw.subarray(0, length);
  const count = onSource(() => clock.time("read", () => readFully(fd, raw, offset)));
  if (typeof count !== "number") return count;
  if (count !== length) return { verdict: "changed-while-copying" };
  return clock.time("compress", () => {
    const packed = compressFrame(codec, raw);
    room.packed.set(packed);
    return packed.byteLength;
  });
}

/**
 * Reads one stored frame back and decompresses it; both are in the room then. False when it does not decompress to as
 * many bytes as it should. @throws TierFailure
 */
export function decompressPart({ fd, offset, length, rawBytes, codec, room }: DecompressTask): boolean {
  const packed = room.packed.subarray(0, length);
  if (onTier(() => readFully(fd, packed, offset)) !== length) return false;
  try {
    // One chunk of the right size: zlib would else join hundreds of small ones.
    const limit = { maxOutputLength: rawBytes, chunkSize: Math.max(rawBytes, 1_024) };
    const raw = codec === "zstd" ? zstdDecompressSync(packed, limit) : gunzipSync(packed, limit);
    room.raw.set(raw);
    return raw.byteLength === rawBytes;
  } catch (error) {
    if (isDecompressionError(error)) return false;
    throw error;
  }
}
