import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { readFully } from "../host/posix.ts";
import type { CompressedFrame, CompressTask, DecompressedFrame, DecompressTask } from "./copier-messages.ts";
import type { CopyClock } from "./copy-clock.ts";
import { onSource, onTier, type Setback } from "./failure.ts";
import { compressFrame } from "./framed.ts";
import { isDecompressionError } from "./read-back.ts";

/** Reads one part of a source and compresses it; both go back to the main thread, which hashes and writes in order. */
export function compressPart(task: CompressTask, clock: CopyClock): CompressedFrame | Setback {
  const raw = ownBytes(task.length);
  const count = onSource(() => clock.time("read", () => readFully(task.fd, raw, task.offset)));
  if (typeof count !== "number") return count;
  if (count !== raw.length) return { verdict: "changed-while-copying" };
  return { raw, packed: clock.time("compress", () => detached(compressFrame(task.codec, raw))) };
}

/** Reads one stored frame back and decompresses it. @throws TierFailure */
export function decompressPart(task: DecompressTask): DecompressedFrame {
  const packed = ownBytes(task.length);
  const count = onTier(() => readFully(task.fd, packed, task.offset));
  if (count !== packed.length) return { raw: undefined, packed };
  try {
    // One chunk of the right size: zlib would else join hundreds of small ones.
    const limit = { maxOutputLength: task.rawBytes, chunkSize: Math.max(task.rawBytes, 1_024) };
    return {
      raw: detached(task.codec === "zstd" ? zstdDecompressSync(packed, limit) : gunzipSync(packed, limit)),
      packed,
    };
  } catch (error) {
    if (isDecompressionError(error)) return { raw: undefined, packed };
    throw error;
  }
}

function ownBytes(length: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(length));
}

/** The bytes in a buffer of their own, so that it can be handed to another thread without a copy. */
function detached(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const whole =
    bytes.buffer instanceof ArrayBuffer && bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
  return whole ? new Uint8Array(bytes.buffer as ArrayBuffer) : new Uint8Array(bytes);
}
