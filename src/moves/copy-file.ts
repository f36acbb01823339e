import { createHash, hash } from "node:crypto";
import { type FileFacts, printFacts } from "../catalog/facts.ts";
import type { OwnerNames } from "../host/owner-names.ts";
import {
  linkFile,
  open,
  openBeneath,
  readFully,
  reserveRoom,
  syncFile,
  truncateFile,
  unlinkFile,
} from "../host/posix.ts";
import { hasCode } from "../lib/errors.ts";
import { engineOfContent } from "../policies/engine-data.ts";
import { writeGently } from "./bursts.ts";
import { isWorthwhile, looksCompressed, sampleBytes } from "./compressible.ts";
import { type CopierContext, storedCompression } from "./copier-context.ts";
import type { Copied, IndexedSetback } from "./copier-messages.ts";
import type { CopyClock } from "./copy-clock.ts";
import { isSetback, onSource, onTier, onTierName, type Setback } from "./failure.ts";
import { compressFrame, frameBytes } from "./framed.ts";
import { type Range, writeAround } from "./holes.ts";
import { applyFacts, readFacts } from "./metadata.ts";
import { eachFile, type Piece, type PieceFile, stagedName } from "./piece.ts";
import type { Compression } from "./rule.ts";
import { type CheckedSource, openChecked } from "./source-file.ts";

const buffer = Buffer.allocUnsafeSlow(frameBytes);

/** What a thread has for copying. */
export interface CopyTools {
  readonly context: CopierContext;
  readonly names: OwnerNames;
  readonly clock: CopyClock;
}

/** Step 2 for files that one thread does alone: small ones, and those that are stored as they are. */
export function copyPiece(tools: CopyTools, piece: Piece): readonly IndexedSetback[] {
  const { context } = tools;
  let before: PieceFile | undefined;
  return eachFile(piece, (file) => {
    const isLink = file.task.isLink && before !== undefined && context.hardLinks;
    const result = isLink && before !== undefined ? linkCopy(context, file, before) : copyFile(tools, file);
    before = file;
    if (isSetback(result)) return result;
    file.copied = result;
    return undefined;
  });
}

/** A further link of a file becomes a link of its staged copy. */
function linkCopy(context: CopierContext, file: PieceFile, before: PieceFile): Copied | Setback {
  if (before.setback !== undefined || before.copied === undefined)
    return before.setback ?? { verdict: "linked-elsewhere" };
  const opened = openSourceOf(context, file);
  if (isSetback(opened)) return opened;
  const directory = context.staging;
  const at = ({ task }: PieceFile) => ({ directory, name: stagedName(task.seq) });
  const setback = onTierName(() => linkFile(at(before), at(file)));
  return isSetback(setback) ? setback : before.copied;
}

interface Copying {
  readonly context: CopierContext;
  readonly clock: CopyClock;
  readonly file: PieceFile;
  readonly fd: number;
  readonly holes: readonly Range[];
  readonly facts: FileFacts;
}

function copyFile(tools: CopyTools, file: PieceFile): Copied | Setback {
  const { context, names, clock } = tools;
  const opened = openSourceOf(context, file);
  if (isSetback(opened)) return opened;
  const seen = onSource(() => readFacts(opened, names));
  if (isSetback(seen)) return seen;
  const { holes, facts } = seen;
  const copying = { context, clock, file, fd: opened.fd, holes, facts };
  const content = opened.stat.sizeBytes <= frameBytes ? copySmall(copying) : copyLarge(copying);
  return "verdict" in content ? content : { ...content, facts: printFacts(facts) };
}

/** Opens the source of a file and keeps it open; a setback when it is not what was planned. */
export function openSourceOf(context: CopierContext, file: PieceFile): CheckedSource | Setback {
  const { path, identity } = file.task;
  const checked = onSource(() => openChecked({ root: context.source, leases: context.leases, path, identity }));
  if (typeof checked === "string") return { verdict: checked };
  if (!isSetback(checked)) file.source = checked.fd;
  return checked;
}

type Content = Omit<Copied, "facts">;

function copySmall(copying: Copying): Content | Setback {
  const { task } = copying.file;
  const raw = buffer.subarray(0, task.identity.sizeBytes);
  const setback = readPart(copying, raw, 0);
  if (setback !== undefined) return setback;
  const sha256 = hash("sha256", raw);
  const { compress } = copying.context;
  const packed = compress === "none" ? undefined : copying.clock.time("compress", () => packSmall(raw, compress));
  writeStaged(copying, (staged) => {
    if (packed !== undefined) writeGently({ fd: staged, path: task.path, turn: copying.context.turn }, packed, 0);
    else writeContent(staged, copying, { bytes: raw, position: 0 });
  });
  if (packed === undefined) return { sha256, storedSha256: sha256, storedBytes: raw.length, compression: "none" };
  const compression = storedCompression(compress);
  return { sha256, storedSha256: hash("sha256", packed), storedBytes: packed.length, compression };
}

/** The compressed bytes, or `undefined` when the content is to be stored as it is. */
function packSmall(raw: Uint8Array, compress: Exclude<Compression, "none">): Buffer | undefined {
  if (looksCompressed(raw)) return undefined;
  const codec = compress === "gzip" ? "gzip" : "zstd";
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

function copyLarge(copying: Copying): Content | Setback {
  const { sizeBytes } = copying.file.task.identity;
  const digest = createHash("sha256");
  let setback: Setback | undefined;
  writeStaged(copying, (staged) => {
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

function readPart({ fd, file, clock }: Copying, bytes: Uint8Array, position: number): Setback | undefined {
  const count = onSource(() => clock.time("read", () => readFully(fd, bytes, position, file.task.path)));
  if (typeof count !== "number") return count;
  if (count !== bytes.length) return { verdict: "changed-while-copying" };
  return position === 0 && engineOfContent(bytes) !== undefined ? { verdict: "engine-data" } : undefined;
}

function writeContent(
  staged: number,
  { context, holes, file }: Copying,
  part: { bytes: Uint8Array; position: number },
): void {
  const { path, identity } = file.task;
  const to = { fd: staged, path, turn: context.turn };
  const write = (bytes: Uint8Array, position: number) => writeGently(to, bytes, position);
  writeAround(holes, part.bytes, { position: part.position, write });
  const end = part.position + part.bytes.length;
  if (end === identity.sizeBytes && holes.length > 0) truncateFile(staged, end);
}

/** Room for a whole big file at once keeps it in one piece and tells early that it does not fit. */
function tryReserve(staged: number, sizeBytes: number): void {
  try {
    reserveRoom(staged, sizeBytes);
  } catch (error) {
    if (!hasCode(error, "EOPNOTSUPP", "ENOSYS", "EINVAL")) throw error;
  }
}

/** Writes the staged copy with all that belongs to it; it stays open until it was read back. */
function writeStaged({ context, clock, file, facts }: Copying, write: (staged: number) => void): void {
  onTier(() =>
    clock.time("write", () => {
      const staged = createStaged(context, file.task.seq);
      file.staged = staged;
      write(staged);
      applyFacts(staged, facts, file.task.identity.modifiedNs);
      if (context.syncEach) syncFile(staged, file.task.path);
    }),
  );
}

/** A new, private file in the staging folder. */
export function createStaged(context: Pick<CopierContext, "staging">, seq: number): number {
  const flags = open.O_RDWR | open.O_CREAT | open.O_EXCL | open.O_NOFOLLOW;
  return openBeneath(context.staging, stagedName(seq), flags, 0o600);
}

/** What cannot be removed now goes when the staging folder is opened again, or with it. */
export function removeStaged({ staging }: Pick<CopierContext, "staging">, seq: number): void {
  try {
    unlinkFile(staging, stagedName(seq));
  } catch (error) {
    if (!(error instanceof Error && "call" in error)) throw error;
  }
}
