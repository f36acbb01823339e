import { linkFile } from "../host/posix.ts";
import { applySetbacks, type Batch, type Item, type PieceOfBatch, taskOf } from "./batch-item.ts";
import { type BigFileWork, copyBig } from "./big-file.ts";
import { isSetback, onTierName } from "./failure.ts";
import { frameBytes } from "./framed.ts";
import { stagedName } from "./piece.ts";
import { packCopied, packTasks, unpackCopied } from "./piece-columns.ts";
import type { MoveSession } from "./session.ts";

/** Step 2: big files that are to be compressed by all threads together, the others side by side in pieces. */
export async function copyItems(session: MoveSession, batch: Batch): Promise<void> {
  const isBig = (item: Item) =>
    session.context.compress !== "none" && (item.leader ?? item).operation.identity.sizeBytes > frameBytes;
  const small = batch.items.filter((item) => !isBig(item));
  await copyPieces(session, batch, cut(small, pieceSize(session, batch)));
  for (const group of cut(batch.items.filter(isBig), 1)) await copyBigGroup(session, batch, group);
}

const piecesPerThread = 4;
const leastPieceFiles = 8;

/** Few pieces spare messages; some for each thread let one go on where another is held up. */
function pieceSize({ copiers }: MoveSession, { items }: Batch): number {
  return Math.max(Math.ceil(items.length / (copiers.threads.length * piecesPerThread)), leastPieceFiles);
}

/** Parts of `least` items or more: the links of one file stay together. */
function cut(items: readonly Item[], least: number): readonly (readonly Item[])[] {
  const parts: Item[][] = [];
  let part: Item[] = [];
  for (const item of items) {
    if (parts.length === 0 || (part.length >= least && item.leader === undefined)) {
      part = [];
      parts.push(part);
    }
    part.push(item);
  }
  return parts;
}

/** Each thread has at most two pieces before it, so that none is begun after the signal. */
async function copyPieces(session: MoveSession, batch: Batch, pieces: readonly (readonly Item[])[]): Promise<void> {
  let next = 0;
  const feed = async () => {
    for (let items = pieces[next++]; items !== undefined; items = pieces[next++]) {
      await session.pacer.pace(bytesOf(items));
      session.signal.throwIfAborted();
      await copyPiece(session, batch, items);
    }
  };
  const results = await Promise.allSettled(Array.from({ length: session.copiers.threads.length * 2 }, feed));
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}

function bytesOf(items: readonly Item[]): { readonly read: number; readonly written: number } {
  const bytes = items.reduce(
    (sum, { leader, operation }) => sum + (leader === undefined ? operation.identity.sizeBytes : 0),
    0,
  );
  return { read: bytes, written: bytes };
}

async function copyPiece(session: MoveSession, batch: Batch, items: readonly Item[]): Promise<void> {
  const piece = addPiece(session, batch, items);
  const answer = await piece.copier.ask("copy", { piece: piece.id, tasks: packTasks(items.map(taskOf)) });
  applySetbacks(piece, answer.setbacks);
  const copied = unpackCopied(answer.copied).values();
  for (const item of items) if (item.setback === undefined) item.copied = copied.next().value;
}

function addPiece(session: MoveSession, batch: Batch, items: readonly Item[]): PieceOfBatch {
  const id = items[0]?.operation.seq ?? 0;
  const piece = { id, copier: session.copiers.idlest(), items };
  batch.pieces.push(piece);
  return piece;
}

async function copyBigGroup(session: MoveSession, batch: Batch, group: readonly Item[]): Promise<void> {
  session.signal.throwIfAborted();
  const [leader, ...links] = group;
  if (leader === undefined) return;
  const result = await copyBig(bigFileWork(session), taskOf(leader));
  if (result === undefined) {
    // It would not shrink: one thread stores it as it is.
    await session.pacer.pace(bytesOf(group));
    await copyPiece(session, batch, group);
    return;
  }
  if (isSetback(result)) leader.setback = result;
  else leader.copied = result;
  for (const link of links) await followLeader(session, leader, link);
  await loadPiece(session, batch, group);
}

async function followLeader(session: MoveSession, leader: Item, link: Item): Promise<void> {
  link.setback = leader.setback;
  if (leader.setback !== undefined) return;
  if (!session.capabilities.hardLinks) {
    const result = await copyBig(bigFileWork(session), taskOf(link));
    if (isSetback(result)) link.setback = result;
    else link.copied = result;
    return;
  }
  const at = (item: Item) => ({ directory: session.context.staging, name: stagedName(item.operation.seq) });
  const setback = onTierName(() => linkFile(at(leader), at(link)));
  if (isSetback(setback)) link.setback = setback;
  else link.copied = leader.copied;
}

/** Tells a thread of copies that it did not make itself. */
export async function loadPiece(session: MoveSession, batch: Batch, items: readonly Item[]): Promise<void> {
  const known = items.filter((item) => item.copied !== undefined);
  const piece = addPiece(session, batch, known);
  const copied = packCopied(known.flatMap((item) => item.copied ?? []));
  await piece.copier.ask("load", { piece: piece.id, tasks: packTasks(known.map(taskOf)), copied });
}

export function bigFileWork(session: MoveSession): BigFileWork {
  const { context, copiers, names, signal, pacer } = session;
  return { context, copiers, names, signal, pacer, progress: (bytes) => session.progress({ files: 0, bytes }) };
}
