import type { OpenScanIndex } from "../../../src/catalog/scan-index.ts";
import { closeFd, open, openRoot } from "../../../src/host/posix.ts";
import { lookAtFd, readKey } from "../../../src/host/raw-stat.ts";
import { pathIn, type RawPath } from "../../../src/lib/raw-path.ts";
import { emptyRecord, firstRecord, openBlock, readRecord, recordName } from "../../../src/scan/records.ts";
import type { TreeIndex } from "../../../src/scan/scan-index.ts";

/** A part of what the index compares or keeps, that a mutant forgets. */
export type Forgotten = "ctime" | "inode" | "due date" | "youth";

/** Where a key has its parts (raw-stat.ts). */
const keyParts = { ctime: [28, 40], inode: [8, 16] } as const;
const dayMs = 86_400_000;

/** An index under which the scan behaves as if it had forgotten one of its rules: a check that passes with it is none. */
export function forgetting(index: OpenScanIndex, part: Forgotten, root: string): OpenScanIndex {
  return {
    ...index,
    openTree: (id) => {
      const tree = index.openTree(id);
      return { ...tree, read: (path) => mutate(tree, path, { part, root }) };
    },
  };
}

function mutate(
  tree: TreeIndex,
  path: RawPath,
  { part, root }: { part: Forgotten; root: string },
): Uint8Array | undefined {
  const known = tree.read(path);
  if (known === undefined) return undefined;
  const bytes = Uint8Array.from(known);
  const block = openBlock(bytes);
  const parent = path === "/" ? ("" as RawPath) : path;
  const record = emptyRecord();
  forgetKey(bytes, 0, { part, path: `${root}/${parent}` });
  for (let at = firstRecord; readRecord(block, at, record); at = record.end) {
    if (!record.isKnown) continue;
    forgetKey(bytes, record.keyAt, { part, path: `${root}/${pathIn(parent, recordName(block, record))}` });
    const facts = record.talliesFrom - 24;
    if (part === "youth") block.view.setFloat64(facts + 16, record.newestMs - dayMs, true);
    if (part === "due date") block.view.setFloat64(facts + 8, Number.POSITIVE_INFINITY, true);
  }
  return bytes;
}

/** Puts the directory's key of now in the place of that part, so that it never differs. */
function forgetKey(bytes: Uint8Array, at: number, { part, path }: { part: Forgotten; path: string }): void {
  if (part !== "ctime" && part !== "inode") return;
  const live = liveKey(path);
  const [from, to] = keyParts[part];
  if (live !== undefined) bytes.set(live.subarray(from, to), at + from);
}

function liveKey(path: string): Uint8Array | undefined {
  try {
    const fd = openRoot(path as RawPath, open.O_PATH | open.O_NOFOLLOW);
    lookAtFd(fd);
    closeFd(fd);
    return readKey();
  } catch {
    return undefined; // gone meanwhile: nothing to forget
  }
}
