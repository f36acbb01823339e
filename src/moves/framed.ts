import { constants, gzipSync, zstdCompressSync } from "node:zlib";

/** Bytes of content in one frame (PROTOCOLS section 1): independent, so that workers share a file and `cat` can begin anywhere. */
export const frameBytes = 4 * 2 ** 20;

export type FramedCodec = "zstd" | "gzip";

/** One frame (zstd, with its content checksum) or one member (gzip); either is a complete file by itself. */
export function compressFrame(codec: FramedCodec, raw: Uint8Array): Buffer<ArrayBuffer> {
  // One chunk that holds the worst case: zlib would else join hundreds of small ones.
  const chunkSize = packedLimit(raw.byteLength);
  if (codec === "gzip") return gzipSync(raw, { chunkSize });
  return zstdCompressSync(raw, {
    chunkSize,
    params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 },
  });
}

/** More than a frame of so many bytes can be packed to, by either codec. */
function packedLimit(rawBytes: number): number {
  return rawBytes + (rawBytes >> 7) + 1_024;
}

/** Memory in which threads hand each other a frame, its content and what it is packed to; no byte is copied for it. */
export interface FrameRoom {
  readonly raw: Uint8Array<SharedArrayBuffer>;
  readonly packed: Uint8Array<SharedArrayBuffer>;
}

export function makeFrameRoom(): FrameRoom {
  return {
    raw: new Uint8Array(new SharedArrayBuffer(frameBytes)),
    packed: new Uint8Array(new SharedArrayBuffer(packedLimit(frameBytes))),
  };
}

export interface Frame {
  readonly storedBytes: number;
  readonly rawBytes: number;
}

/** A frame as it was made, with its content's fingerprint. */
export interface PackedFrame extends Frame {
  readonly fingerprint: string;
}

const skippableMagic = 0x184d2a5e;
const seekableMagic = 0x8f92eab1;
const footerBytes = 9;
const entryBytes = 8;

/** The seek table of the zstd seekable format, a skippable frame that other readers pass over. */
export function encodeSeekTable(frames: readonly Frame[]): Buffer {
  const contentBytes = frames.length * entryBytes + footerBytes;
  const table = Buffer.alloc(8 + contentBytes);
  table.writeUInt32LE(skippableMagic, 0);
  table.writeUInt32LE(contentBytes, 4);
  frames.forEach((frame, index) => {
    table.writeUInt32LE(frame.storedBytes, 8 + index * entryBytes);
    table.writeUInt32LE(frame.rawBytes, 12 + index * entryBytes);
  });
  table.writeUInt32LE(frames.length, table.length - footerBytes);
  table.writeUInt32LE(seekableMagic, table.length - 4);
  return table;
}

/** Bytes from the end of a file in which its seek table's size can be read. */
export const seekFooterBytes = footerBytes;

/** The whole table's size in bytes, judged by the last `seekFooterBytes` of a file; `undefined` when it has none. */
export function seekTableSize(footer: Uint8Array): number | undefined {
  const view = Buffer.from(footer.buffer, footer.byteOffset, footer.byteLength);
  if (view.length < footerBytes || view.readUInt32LE(view.length - 4) !== seekableMagic) return undefined;
  if (view.readUInt8(view.length - 5) !== 0) return undefined;
  return 8 + view.readUInt32LE(view.length - footerBytes) * entryBytes + footerBytes;
}

/** The frames that a seek table lists. `undefined` when it is not one. */
export function decodeSeekTable(table: Uint8Array): readonly Frame[] | undefined {
  const view = Buffer.from(table.buffer, table.byteOffset, table.byteLength);
  if (seekTableSize(view) !== view.length || view.readUInt32LE(0) !== skippableMagic) return undefined;
  const count = view.readUInt32LE(view.length - footerBytes);
  return Array.from({ length: count }, (_, index) => ({
    storedBytes: view.readUInt32LE(8 + index * entryBytes),
    rawBytes: view.readUInt32LE(12 + index * entryBytes),
  }));
}
