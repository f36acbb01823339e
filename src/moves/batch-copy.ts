import { linkFile } from "../host/posix.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { Item } from "./batch-item.ts";
import { type BigFileWork, copyBig } from "./big-file.ts";
import type { Copied, CopyTask } from "./copy-file.ts";
import { isSetback, onTier, type Setback } from "./failure.ts";
import { frameBytes } from "./framed.ts";
import type { MoveSession } from "./session.ts";
import { spread } from "./spread.ts";

/** Step 2: big files that are to be compressed by all threads together, the others side by side. */
export async function copyItems(session: MoveSession, items: readonly Item[]): Promise<void> {
  const copied = items.filter((item) => item.leader === item || !session.capabilities.hardLinks);
  const small = copied.filter((item) => !isBig(session, item));
  const results = await spread(session.copiers, "copy", { tasks: small.map(copyTask), signal: session.signal });
  small.forEach((item, index) => {
    record(item, results[index]);
  });
  for (const item of copied) if (isBig(session, item)) await copyBigItem(session, item);
  if (session.capabilities.hardLinks) linkFollowers(session, items);
}

function isBig(session: MoveSession, item: Item): boolean {
  return session.context.compress !== "none" && item.operation.identity.sizeBytes > frameBytes;
}

function copyTask(item: Item): CopyTask {
  const { seq, path, identity } = item.operation;
  return { seq, path, identity };
}

function record(item: Item, result: Copied | Setback | undefined): void {
  if (isSetback(result)) item.setback = result;
  else item.copied = result;
}

async function copyBigItem(session: MoveSession, item: Item): Promise<void> {
  session.signal.throwIfAborted();
  const result = await copyBig(bigFileWork(session), copyTask(item));
  if (result !== undefined) {
    record(item, result);
    return;
  }
  // It would not shrink: one thread stores it as it is.
  const [asItIs] = await session.copiers.ask("copy", [copyTask(item)]);
  record(item, asItIs);
}

export function bigFileWork(session: MoveSession): BigFileWork {
  const { context, copiers, names, signal } = session;
  return { context, copiers, names, signal, progress: (bytes) => session.progress({ files: 0, bytes }) };
}

/** Further links of a file become links of its staged copy. */
function linkFollowers(session: MoveSession, items: readonly Item[]): void {
  const at = (item: Item) => ({ directory: session.context.staging, name: String(item.operation.seq) as RawPath });
  for (const item of items) {
    if (item.leader === item) continue;
    item.copied = item.leader.copied;
    item.setback = item.leader.setback;
    if (item.setback === undefined) onTier(() => linkFile(at(item.leader), at(item)));
  }
}
