import type { StagedOperation } from "../catalog/operation.ts";
import type { Step } from "../catalog/step-table.ts";
import type { Outcome } from "../jobs/job.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { CopiedBig } from "./big-file.ts";
import type { Copied } from "./copy-file.ts";
import type { Setback } from "./failure.ts";
import type { MoveSession } from "./session.ts";

/** One file on its way through a batch. */
export interface Item {
  readonly operation: StagedOperation;
  /** The first of its hard links in the batch; itself when it has no others. */
  leader: Item;
  copied: Copied | CopiedBig | undefined;
  storedAs: RawPath | undefined;
  setback: Setback | undefined;
}

/** Items for the steps of a batch; links of one file stand together and share a leader. */
export function makeItems(session: MoveSession, steps: readonly Step[]): readonly Item[] {
  const items: Item[] = [];
  for (const { path, identity } of steps) {
    const before = items.at(-1);
    const sameFile =
      before?.operation.identity.inode === identity.inode && before.operation.identity.device === identity.device;
    const seq = session.nextSeq();
    const leader = sameFile ? before?.leader : undefined;
    const linkGroup = identity.links > 1 ? (leader?.operation.seq ?? seq) : undefined;
    const { run, rule, tier, source } = session;
    const operation = { run, job: rule.name, seq, tier: tier.name, root: source.path, path, identity, linkGroup };
    items.push(newItem(operation, leader));
  }
  return items;
}

export function newItem(operation: StagedOperation, leader?: Item): Item {
  const item = { operation, copied: undefined, storedAs: undefined, setback: undefined } as unknown as Item;
  item.leader = leader ?? item;
  return item;
}

/** A link's trouble is its whole group's: they move together or not at all (HAZARDS M14). */
export function shareSetbacks(items: readonly Item[]): void {
  for (const item of items) if (item.setback !== undefined) item.leader.setback ??= item.setback;
  for (const item of items) item.setback ??= item.leader.setback;
}

export function outcomeOf(item: Item): Outcome {
  const { path, identity } = item.operation;
  const { setback } = item;
  return {
    path,
    result: setback?.verdict ?? "moved",
    sizeBytes: identity.sizeBytes,
    // Further links of a file take no room of their own.
    storedBytes: item.leader === item ? (item.copied?.storedBytes ?? 0) : 0,
    ...(setback?.code === undefined ? {} : { code: setback.code }),
    ...(setback?.message === undefined ? {} : { message: setback.message }),
  };
}
