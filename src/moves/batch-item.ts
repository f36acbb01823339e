import type { BatchKey, StagedOperation } from "../catalog/operation.ts";
import type { Step } from "../catalog/step-table.ts";
import type { Outcome } from "../jobs/job.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { CopiedBig } from "./big-file.ts";
import type { Copied, CopyTask, IndexedSetback, PieceId } from "./copier-messages.ts";
import type { Copier } from "./copiers.ts";
import type { Setback } from "./failure.ts";
import type { MoveSession } from "./session.ts";

/** One file on its way through a batch. */
export interface Item {
  readonly operation: StagedOperation;
  /** The first of its hard links in the batch; `undefined` when it is that itself or has no others. */
  readonly leader: Item | undefined;
  copied: Copied | CopiedBig | undefined;
  storedAs: RawPath | undefined;
  setback: Setback | undefined;
}

/** Items that one thread takes through the protocol. */
export interface PieceOfBatch {
  readonly id: PieceId;
  readonly copier: Copier;
  readonly items: readonly Item[];
}

export interface Batch {
  readonly key: BatchKey;
  readonly items: readonly Item[];
  readonly pieces: PieceOfBatch[];
}

/** A batch for some steps; links of one file stand together and share a leader. */
export function makeBatch(session: MoveSession, steps: readonly Step[]): Batch {
  const { run, rule } = session;
  const items: Item[] = [];
  for (const { path, identity } of steps) {
    const before = items.at(-1);
    const seq = session.nextSeq();
    const leader = before !== undefined && isSameInode(before, identity) ? (before.leader ?? before) : undefined;
    const linkGroup = identity.links > 1 ? (leader?.operation.seq ?? seq) : undefined;
    items.push(newItem({ run, job: rule.name, seq, path, identity, linkGroup }, leader));
  }
  const first = items[0]?.operation.seq ?? 0;
  return { key: { run, job: rule.name, first, last: first + items.length - 1 }, items, pieces: [] };
}

function isSameInode(item: Item, identity: StagedOperation["identity"]): boolean {
  return item.operation.identity.inode === identity.inode && item.operation.identity.device === identity.device;
}

export function newItem(operation: StagedOperation, leader: Item | undefined): Item {
  return { operation, leader, copied: undefined, storedAs: undefined, setback: undefined };
}

export function taskOf({ operation, leader }: Item): CopyTask {
  const { seq, path, identity } = operation;
  return { seq, path, identity, isLink: leader !== undefined };
}

/** A link's trouble is its whole group's: they move together or not at all (HAZARDS M14). */
export function shareSetbacks(items: readonly Item[]): void {
  for (const { leader, setback } of items)
    if (leader !== undefined && setback !== undefined) leader.setback ??= setback;
  for (const item of items) item.setback ??= item.leader?.setback;
}

/** Takes over what a thread found in the way of a piece's files. */
export function applySetbacks(piece: PieceOfBatch, setbacks: readonly IndexedSetback[]): void {
  for (const [index, setback] of setbacks) {
    const item = piece.items[index];
    if (item !== undefined) item.setback ??= setback;
  }
}

/** The indexes of a piece's items with a setback. */
export function outOf(piece: PieceOfBatch): readonly number[] {
  return piece.items.flatMap((item, index) => (item.setback === undefined ? [] : [index]));
}

export function outcomeOf(item: Item): Outcome {
  const { path, identity } = item.operation;
  const { setback } = item;
  return {
    path,
    result: setback?.verdict ?? "moved",
    // The content of hard links is that of one file.
    sizeBytes: item.leader === undefined ? identity.sizeBytes : 0,
    storedBytes: item.leader === undefined ? (item.copied?.storedBytes ?? 0) : 0,
    ...(setback?.code === undefined ? {} : { code: setback.code }),
    ...(setback?.message === undefined ? {} : { message: setback.message }),
  };
}
