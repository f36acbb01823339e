import { unlinkFile } from "../host/posix.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { Item } from "./batch-item.ts";
import type { MoveSession } from "./session.ts";

/** Takes back staged copies and forgets them. What cannot be removed now goes with the staging folder, at the latest in the next run. */
export function dropStaged(session: MoveSession, items: readonly Item[]): void {
  if (items.length === 0) return;
  for (const item of items) removeStaged(session, item);
  session.journal.drop(items.map((item) => item.operation));
}

export function removeStaged(session: Pick<MoveSession, "context">, item: Item): void {
  try {
    unlinkFile(session.context.staging, String(item.operation.seq) as RawPath);
  } catch (error) {
    if (!(error instanceof Error && "call" in error)) throw error;
  }
}
