import type { RawPath } from "../lib/raw-path.ts";
import { bigFileWork } from "./batch-copy.ts";
import type { Item } from "./batch-item.ts";
import type { CopiedBig } from "./big-file.ts";
import { compareBig } from "./compare-big.ts";
import type { Copied } from "./copy-file.ts";
import type { StoredContent } from "./read-back.ts";
import type { MoveSession } from "./session.ts";
import { spread } from "./spread.ts";

/** Step 4: every staged file is read back, decompressed and compared. */
export async function compareItems(session: MoveSession, items: readonly Item[]): Promise<void> {
  const staged = items.filter(
    (item) => item.setback === undefined && item.copied !== undefined && !sharesCopy(session, item),
  );
  const whole = staged.filter((item) => !isBig(item.copied));
  const tasks = whole.map((item) => ({ within: "staging" as const, path: stagedName(item), content: contentOf(item) }));
  const problems = await spread(session.copiers, "readBack", { tasks, signal: session.signal });
  whole.forEach((item, index) => {
    setProblem(item, problems[index] ?? undefined);
  });
  for (const item of staged) {
    if (isBig(item.copied)) setProblem(item, await compareBig(bigFileWork(session), stagedName(item), item.copied));
  }
}

function sharesCopy(session: MoveSession, item: Item): boolean {
  return item.leader !== item && session.capabilities.hardLinks;
}

function isBig(copied: Copied | CopiedBig | undefined): copied is CopiedBig {
  return copied !== undefined && "frames" in copied;
}

function stagedName(item: Item): RawPath {
  return String(item.operation.seq) as RawPath;
}

export function contentOf(item: Item): StoredContent {
  const { copied } = item;
  if (copied === undefined) throw new Error("an item without a copy has no content");
  const { storedBytes, storedSha256, sha256, compression } = copied;
  return { storedBytes, storedSha256, sha256, compression, sizeBytes: item.operation.identity.sizeBytes };
}

function setProblem(item: Item, problem: string | undefined): void {
  if (problem === undefined) return;
  item.setback = { verdict: "failed", code: "READ_BACK", message: `the copy read back differs: ${problem}` };
}

/** Step 5: the sources are still what was copied, and nobody writes to them. */
export async function recheckItems(session: MoveSession, items: readonly Item[]): Promise<void> {
  const copied = items.filter((item) => item.setback === undefined);
  const tasks = copied.map(({ operation: { path, identity } }) => ({ path, identity }));
  const setbacks = await spread(session.copiers, "recheck", { tasks, signal: session.signal });
  copied.forEach((item, index) => {
    item.setback = setbacks[index] ?? undefined;
  });
}
