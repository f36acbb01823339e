import { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import type { StoredCompression } from "../catalog/facts.ts";
import { readInto } from "../host/posix.ts";
import { messageOf } from "../lib/errors.ts";
import { isDecompressionError } from "./read-back.ts";

export interface ContentReader {
  /** The content, decompressed, a block at a time. */
  readonly bytes: AsyncIterable<Buffer>;
  /** Why the content ended early, once it was read. */
  readonly problem: () => string | undefined;
}

const blockBytes = 2 ** 20;

/** Reads a stored file's content in bounded memory; `onStored` sees the bytes as they lie on the tier. */
export function readContent(
  fd: number,
  stored: { readonly compression: StoredCompression },
  onStored?: (bytes: Buffer) => void,
): ContentReader {
  let problem: string | undefined;
  async function* content(): AsyncGenerator<Buffer> {
    const blocks = readBlocks(fd, onStored);
    if (stored.compression === "none") {
      yield* blocks;
      return;
    }
    const unpack =
      stored.compression === "zstd"
        ? createZstdDecompress({ chunkSize: blockBytes })
        : createGunzip({ chunkSize: blockBytes });
    const source = Readable.from(blocks, { objectMode: false, highWaterMark: blockBytes });
    source.on("error", (error) => unpack.destroy(error));
    try {
      yield* source.pipe(unpack) as AsyncIterable<Buffer>;
    } catch (error) {
      if (!isDecompressionError(error)) throw error;
      problem = `does not decompress: ${messageOf(error)}`;
    }
  }
  return { bytes: content(), problem: () => problem };
}

function* readBlocks(fd: number, onStored: ((bytes: Buffer) => void) | undefined): Generator<Buffer> {
  for (let position = 0; ; ) {
    const block = Buffer.allocUnsafeSlow(blockBytes);
    const count = readInto(fd, block, position);
    if (count === 0) return;
    position += count;
    const bytes = block.subarray(0, count);
    onStored?.(bytes);
    yield bytes;
  }
}
