import { execFileSync, spawnSync } from "node:child_process";
import { type Dirent, existsSync, lstatSync, readdirSync, readFileSync, type Stats } from "node:fs";
import { pathOf, sha256 } from "./scene-files.ts";
import { scratch } from "./scratch.ts";

/** A regular file below a root; names are bytes, one in each character. */
export interface FoundFile {
  readonly name: string;
  /** Of the content, decompressed where the name ends so. */
  readonly sha256: string;
  readonly stat: Stats;
}

/** What lies below a directory, by a walk that knows nothing of tierkeep. Nothing there: nothing found. */
export function filesBelow(root: string, unpack: boolean): readonly FoundFile[] {
  using unpacked = scratch("unpacked");
  if (unpack) unpackAll(root, unpacked.path);
  return [...walk(root, "")].map((name) => {
    const path = pathOf(root, name);
    const isPacked = unpack && name.endsWith(".zst");
    const content = readIfThere(isPacked ? pathOf(`${unpacked.path}${root}`, name.slice(0, -".zst".length)) : path);
    return { name, sha256: content === undefined ? "damaged" : sha256(content), stat: lstatSync(path) };
  });
}

/** By the stock program, so that no bug of ours can hide itself; what is damaged has no output. */
function unpackAll(root: string, to: string): void {
  // It ends with 1 as soon as one file is not for it, such as those that are stored as they are.
  const { error } = spawnSync("zstd", ["-dqr", root, "--output-dir-mirror", to], { stdio: "ignore" });
  if (error !== undefined) throw error;
}

function readIfThere(path: Buffer): Buffer | undefined {
  return orIfMissing(() => readFileSync(path), undefined);
}

function orIfMissing<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return otherwise;
    throw error;
  }
}

function* walk(root: string, below: string): Generator<string> {
  for (const entry of entriesOf(root, below)) {
    const name = `${below}${entry.name.toString("latin1")}`;
    if (entry.isDirectory()) yield* walk(root, `${name}/`);
    else if (entry.isFile()) yield name;
  }
}

function entriesOf(root: string, below: string): readonly Dirent<Buffer>[] {
  return orIfMissing(() => readdirSync(pathOf(root, below), { withFileTypes: true, encoding: "buffer" }), []);
}

/** Everything of each file that a restore must bring back, as text that compares. Nothing there: nothing to tell. */
export function fingerprint(root: string): ReadonlyMap<string, string> {
  if (!existsSync(root)) return new Map();
  const inodes = new Map<number, string>();
  const xattrs = attributesBelow(root);
  const files = filesBelow(root, false).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return new Map(
    files.map(({ name, sha256: content, stat }) => {
      const sameAs = inodes.get(stat.ino) ?? name;
      inodes.set(stat.ino, sameAs);
      const modifiedNs = lstatSync(pathOf(root, name), { bigint: true }).mtimeNs;
      const { mode, uid, gid, size, blocks } = stat;
      const shown = { content, mode: mode.toString(8), uid, gid, modifiedNs: String(modifiedNs), sameAs };
      return [name, JSON.stringify({ ...shown, sparse: blocks * 512 < size, xattrs: xattrs.get(name) })];
    }),
  );
}

function attributesBelow(root: string): ReadonlyMap<string, string> {
  const listed = execFileSync("getfattr", ["-R", "-d", "--absolute-names", root]).toString("latin1");
  const blocks = listed.split("\n\n").map((block) => /^# file: (.*)\n(.*)$/s.exec(block));
  return new Map(blocks.flatMap((match) => (match === null ? [] : [[match[1]!.slice(root.length + 1), match[2]!]])));
}
