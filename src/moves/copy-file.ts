import { createHash, hash } from "node:crypto";
import type { FileFacts, StoredCompression } from "../catalog/facts.ts";
import type { SourceIdentity } from "../catalog/operation.ts";
import type { OwnerNames } from "../host/owner-names.ts";
import {
  closeFd,
  open,
  openBeneath,
  readFully,
  reserveRoom,
  syncFile,
  truncateFile,
  writeFully,
} from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import { readXattrs } from "../host/xattr.ts";
import { hasCode } from "../lib/errors.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { engineOfContent } from "../policies/engine-data.ts";
import { isWorthwhile, looksCompressed, sampleBytes } from "./compressible.ts";
import { type CopierContext, storedCompression } from "./copier-context.ts";
import { onSource, onTier, type Setback } from "./failure.ts";
import { compressFrame, frameBytes } from "./framed.ts";
import { findHoles, type Range, writeAround } from "./holes.ts";
import { applyFacts, factsOf } from "./metadata.ts";
import { openChecked } from "./source-file.ts";

export interface CopyTask {
  readonly seq: number;
  readonly path: RawPath;
  readonly identity: SourceIdentity;
}

export interface Copied {
  readonly sha256: string;
  readonly storedSha256: string;
  readonly storedBytes: number;
  readonly compression: StoredCompression;
  readonly facts: FileFacts;
}

interface Copying {
  readonly context: CopierContext;
  readonly task: CopyTask;
  readonly fd: number;
  readonly holes: readonly Range[];
}

const buffer = Buffer.allocUnsafeSlow(frameBytes);

/** Step 2 for a file that one thread does alone: small, or stored as it is. */
export function copyFile(context: CopierContext, task: CopyTask, names: OwnerNames): Copied | Setback {
  const fd = onSource(() =>
    openChecked({ root: context.source, path: task.path, identity: task.identity, leases: context.leases }),
  );
  if (typeof fd === "string") return { verdict: fd };
  if (typeof fd !== "number") return fd;
  try {
    const stat = statFd(fd);
    const holes = findHoles(fd, stat);
    const facts = factsOf(stat, { xattrs: readXattrs(fd), holes, names });
    const copying = { context, task, fd, holes };
    const content = stat.sizeBytes <= frameBytes ? copySmall(copying, facts) : copyLarge(copying, facts);
    return "verdict" in content ? content : { ...content, facts };
  } finally {
    closeFd(fd);
  }
}

type Content = Omit<Copied, "facts">;

function copySmall(copying: Copying, facts: FileFacts): Content | Setback {
  const { task, context } = copying;
  const raw = buffer.subarray(0, task.identity.sizeBytes);
  const count = onSource(() => readFully(copying.fd, raw, 0, task.path));
  if (typeof count !== "number") return count;
  if (count !== raw.length) return { verdict: "changed-while-copying" };
  if (engineOfContent(raw) !== undefined) return { verdict: "engine-data" };
  const sha256 = hash("sha256", raw);
  const packed = packSmall(raw, context);
  const compression = packed === undefined ? "none" : storedCompression(context.compress);
  withStaged(copying, facts, (staged) => {
    if (packed !== undefined) writeFully(staged, packed, 0, task.path);
    else writeContent(staged, copying, { bytes: raw, position: 0 });
  });
  return {
    sha256,
    storedSha256: packed === undefined ? sha256 : hash("sha256", packed),
    storedBytes: packed?.length ?? raw.length,
    compression,
  };
}

/** The compressed bytes, or `undefined` when the content is to be stored as it is. */
function packSmall(raw: Uint8Array, context: CopierContext): Buffer | undefined {
  if (context.compress === "none" || looksCompressed(raw)) return undefined;
  const codec = context.compress === "gzip" ? "gzip" : "zstd";
  if (raw.length > sampleBytes && !isSampleWorthwhile(raw, codec)) return undefined;
  const packed = compressFrame(codec, raw);
  return isWorthwhile(raw.length, packed.length) ? packed : undefined;
}

function isSampleWorthwhile(raw: Uint8Array, codec: "gzip" | "zstd"): boolean {
  return isWorthwhile(sampleBytes, compressFrame(codec, raw.subarray(0, sampleBytes)).length);
}

/** True when a file of more than one frame is to be compressed, judged by its start. */
export function isLargeWorthwhile(fd: number, context: CopierContext): boolean {
  if (context.compress === "none") return false;
  const sample = buffer.subarray(0, sampleBytes);
  if (readFully(fd, sample, 0) < sampleBytes || looksCompressed(sample)) return false;
  return isSampleWorthwhile(sample, context.compress === "gzip" ? "gzip" : "zstd");
}

function copyLarge(copying: Copying, facts: FileFacts): Content | Setback {
  const { sizeBytes } = copying.task.identity;
  const digest = createHash("sha256");
  let setback: Setback | undefined;
  withStaged(copying, facts, (staged) => {
    if (copying.holes.length === 0) tryReserve(staged, sizeBytes);
    for (let position = 0; position < sizeBytes && setback === undefined; ) {
      const bytes = buffer.subarray(0, Math.min(buffer.length, sizeBytes - position));
      setback = readPart(copying, bytes, position);
      digest.update(bytes);
      writeContent(staged, copying, { bytes, position });
      position += bytes.length;
    }
  });
  if (setback !== undefined) return setback;
  const sha256 = digest.digest("hex");
  return { sha256, storedSha256: sha256, storedBytes: sizeBytes, compression: "none" };
}

function readPart(copying: Copying, bytes: Uint8Array, position: number): Setback | undefined {
  const count = onSource(() => readFully(copying.fd, bytes, position, copying.task.path));
  if (typeof count !== "number") return count;
  if (count !== bytes.length) return { verdict: "changed-while-copying" };
  return position === 0 && engineOfContent(bytes) !== undefined ? { verdict: "engine-data" } : undefined;
}

function writeContent(staged: number, copying: Copying, part: { bytes: Uint8Array; position: number }): void {
  const write = (bytes: Uint8Array, position: number) => writeFully(staged, bytes, position, copying.task.path);
  writeAround(copying.holes, part.bytes, { position: part.position, write });
  const end = part.position + part.bytes.length;
  if (end === copying.task.identity.sizeBytes && copying.holes.length > 0) truncateFile(staged, end);
}

/** Room for a whole big file at once keeps it in one piece and tells early that it does not fit. */
function tryReserve(staged: number, sizeBytes: number): void {
  try {
    reserveRoom(staged, sizeBytes);
  } catch (error) {
    if (!hasCode(error, "EOPNOTSUPP", "ENOSYS", "EINVAL")) throw error;
  }
}

function withStaged(copying: Copying, facts: FileFacts, write: (staged: number) => void): void {
  const { task, context } = copying;
  onTier(() => {
    const staged = createStaged(context, task.seq);
    try {
      write(staged);
      applyFacts(staged, facts, task.identity.modifiedNs);
      if (context.syncEach) syncFile(staged, task.path);
    } catch (error) {
      closeFd(staged);
      throw error;
    }
    closeFd(staged, task.path);
  });
}

/** A new, private file in the staging folder. */
export function createStaged(context: Pick<CopierContext, "staging">, seq: number): number {
  return openBeneath(
    context.staging,
    String(seq) as RawPath,
    open.O_WRONLY | open.O_CREAT | open.O_EXCL | open.O_NOFOLLOW,
    0o600,
  );
}
