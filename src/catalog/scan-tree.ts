import type { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { hasCode } from "../lib/errors.ts";
import { bytesOf, type RawPath } from "../lib/raw-path.ts";
import type { TreeId, TreeIndex } from "../scan/scan-index.ts";

interface KnownTree {
  readonly tree: number;
  /** Counts the walks, so that blocks of one before a full walk can be told from its own. */
  readonly round: number;
  readonly fullAtMs: number | undefined;
}

interface WaitingBlock {
  readonly path: RawPath;
  readonly block: Uint8Array;
}

/** Blocks are written many at a time, so that the file is locked for an instant only. */
const waitingAtMost = { blocks: 1_000, bytes: 4 * 2 ** 20 };

/** What is remembered of one tree. Once the database has refused a write no more are tried. */
export function openScanTree(db: DatabaseSync, id: TreeId): TreeIndex {
  const known = unlessRefused(() => findTree(db, id));
  const walk = { tree: known?.tree, round: (known?.round ?? 0) + 1 };
  const read = unlessRefused(() => db.prepare("SELECT block, checksum FROM blocks WHERE tree = ? AND path = ?"));
  let waiting: WaitingBlock[] = [];
  let waitingBytes = 0;
  let isRefused = false;
  const write = (work: (tree: number) => void) => {
    if (isRefused) return;
    isRefused = !isAccepted(() => {
      db.exec("BEGIN IMMEDIATE");
      walk.tree ??= makeTree(db, id);
      work(walk.tree);
      db.exec("COMMIT");
    });
    if (db.isTransaction) db.exec("ROLLBACK");
  };
  const flush = () => {
    const blocks = waiting;
    [waiting, waitingBytes] = [[], 0];
    if (blocks.length > 0) write((tree) => writeBlocks(db, { tree, round: walk.round }, blocks));
  };
  return {
    fullAtMs: known?.fullAtMs,
    read: (path) => {
      if (walk.tree === undefined) return undefined;
      const row = unlessRefused(() => read?.get(walk.tree ?? 0, bytesOf(path)));
      const block = row?.block as Uint8Array | undefined;
      return block !== undefined && crc32(block) === row?.checksum ? block : undefined;
    },
    write: (path, block) => {
      waiting.push({ path, block });
      waitingBytes += block.length;
      if (waiting.length >= waitingAtMost.blocks || waitingBytes >= waitingAtMost.bytes) flush();
    },
    finish: ({ startedMs, isFull }) => {
      flush();
      if (isFull) write((tree) => finishFullWalk(db, { ...id, tree, round: walk.round, startedMs }));
    },
  };
}

function findTree(db: DatabaseSync, { job, root, identity }: TreeId): KnownTree | undefined {
  const find = db.prepare("SELECT tree, round, full_at FROM trees WHERE job = ? AND root = ? AND identity = ?");
  const row = find.get(job, bytesOf(root), identity);
  if (row === undefined) return undefined;
  const fullAtMs = row.full_at === null ? undefined : Number(row.full_at);
  return { tree: Number(row.tree), round: Number(row.round), fullAtMs };
}

/** Another process may have made it meanwhile. */
function makeTree(db: DatabaseSync, id: TreeId): number {
  const insert = db.prepare(
    "INSERT INTO trees (job, root, identity, round) VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING",
  );
  insert.run(id.job, bytesOf(id.root), id.identity);
  const made = findTree(db, id);
  if (made === undefined) throw new Error("a tree that was just written is not there");
  return made.tree;
}

interface Walk {
  readonly tree: number;
  readonly round: number;
}

function writeBlocks(db: DatabaseSync, { tree, round }: Walk, blocks: readonly WaitingBlock[]): void {
  const insert = db.prepare(
    "INSERT OR REPLACE INTO blocks (tree, path, round, checksum, block) VALUES (?, ?, ?, ?, ?)",
  );
  for (const { path, block } of blocks) insert.run(tree, bytesOf(path), round, crc32(block), block);
}

/** What the walk did not meet is gone; what other rules or another file system left counts for nothing any more. */
function finishFullWalk(
  db: DatabaseSync,
  walk: Walk & Omit<TreeId, "identity"> & { readonly startedMs: number },
): void {
  const { tree, round, startedMs, job, root } = walk;
  db.prepare("UPDATE trees SET full_at = ?, round = ? WHERE tree = ?").run(startedMs, round, tree);
  db.prepare("DELETE FROM trees WHERE job = ? AND root = ? AND tree <> ?").run(job, bytesOf(root), tree);
  db.prepare("DELETE FROM blocks WHERE (tree = ? AND round <> ?) OR tree NOT IN (SELECT tree FROM trees)").run(
    tree,
    round,
  );
}

/** False where the database is locked, full, read-only or broken: the index is worth no failure. */
function isAccepted(work: () => void): boolean {
  return unlessRefused(() => [work()]) !== undefined;
}

function unlessRefused<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (hasCode(error, "ERR_SQLITE_ERROR")) return undefined;
    throw error;
  }
}
