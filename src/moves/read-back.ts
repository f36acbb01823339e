import { createHash, hash } from "node:crypto";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import type { StoredCompression } from "../catalog/facts.ts";
import { dropCache, open, openBeneath, readInto } from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import { messageOf } from "../lib/errors.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { readGently, type StoredFile } from "./bursts.ts";
import { frameBytes } from "./framed.ts";

export interface StoredContent {
  readonly storedBytes: number;
  readonly storedSha256: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly compression: StoredCompression;
}

/** Up to here one call brings all of it. */
const onceBytes = 2 ** 16;
const buffer = Buffer.allocUnsafeSlow(frameBytes + 2 ** 16);

/** What opening meets where no stored file lies: nothing, or a link, a directory, a socket, something unreadable. */
export const notThere = ["ENOENT", "ENOTDIR", "ELOOP", "EISDIR", "EACCES", "ENXIO", "ENODEV"] as const;

/** Opens a stored file for reading back, its cached pages dropped when the device itself is to answer. */
export function openStored(directory: number, path: RawPath, readBack: "device" | "cache"): number {
  // A FIFO in its place must not hold us up.
  const fd = openBeneath(directory, path, open.O_RDONLY | open.O_NOFOLLOW | open.O_NONBLOCK);
  if (readBack === "device" && statFd(fd).kind === "file") dropCache(fd);
  return fd;
}

/** As `compareStored`, for a file that somebody else may have put there. @throws SystemError */
export function compareFound(file: StoredFile, expected: StoredContent): string | undefined {
  return statFd(file.fd).kind === "file" ? compareStored(file, expected) : "it is no regular file";
}

/**
 * Step 4: what is wrong with a stored file, or `undefined` when its bytes and, decompressed, its content have
 * the hashes they should. For files that fit into one frame or are stored as they are.
 * @throws SystemError for what the tier refuses
 */
export function compareStored(file: StoredFile, expected: StoredContent): string | undefined {
  const { storedBytes } = expected;
  if (storedBytes >= buffer.length) return compareLarge(file, expected);
  // One byte more is asked for, so that the answer tells where the file ends.
  const room = buffer.subarray(0, storedBytes + 1);
  const isRead = storedBytes <= onceBytes && readInto(file.fd, room, 0) === storedBytes;
  if (!isRead && readGently(file, room, 0) !== storedBytes) return wrongSize(file.fd, expected);
  const bytes = room.subarray(0, storedBytes);
  if (hash("sha256", bytes) !== expected.storedSha256) return "other bytes than were written";
  if (expected.compression === "none") return undefined;
  return compareContent(bytes, expected);
}

function wrongSize(fd: number, { storedBytes }: StoredContent): string {
  return `${statFd(fd).sizeBytes} bytes instead of ${storedBytes}`;
}

function compareContent(bytes: Uint8Array, expected: StoredContent): string | undefined {
  // One chunk of the right size: zlib would else join many small ones.
  const limit = { maxOutputLength: expected.sizeBytes + 1, chunkSize: Math.max(expected.sizeBytes, 1_024) };
  try {
    const content = expected.compression === "zstd" ? zstdDecompressSync(bytes, limit) : gunzipSync(bytes, limit);
    return hash("sha256", content) === expected.sha256 ? undefined : "decompresses to other content";
  } catch (error) {
    if (isDecompressionError(error)) return `does not decompress: ${messageOf(error)}`;
    throw error;
  }
}

/** What zlib throws for bytes that are not what it wrote. */
export function isDecompressionError(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(Z_|ZSTD_|ERR_BUFFER_TOO_LARGE)/.test(String(error.code));
}

/** The bytes of a big file; what its frames decompress to is compared by `compareFrames`. */
function compareLarge(file: StoredFile, expected: StoredContent): string | undefined {
  if (statFd(file.fd).sizeBytes !== expected.storedBytes) return wrongSize(file.fd, expected);
  const digest = createHash("sha256");
  for (let position = 0; position < expected.storedBytes; ) {
    const bytes = buffer.subarray(0, Math.min(buffer.length, expected.storedBytes - position));
    const count = readGently(file, bytes, position);
    if (count === 0) return "shorter than it should be";
    digest.update(bytes.subarray(0, count));
    position += count;
  }
  return digest.digest("hex") === expected.storedSha256 ? undefined : "other bytes than were written";
}
