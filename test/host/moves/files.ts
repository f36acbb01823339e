import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { zstdDecompressSync } from "node:zlib";

const dayMs = 86_400_000;

/** Makes a file, its directories too, with a modification time so many days ago. */
export function oldFile(path: string | Buffer, content: string | Uint8Array = "content\n", days = 30): void {
  if (typeof path === "string") mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  makeOld(path, days);
}

export function makeOld(path: string | Buffer, days = 30): void {
  const then = new Date(Date.now() - days * dayMs);
  utimesSync(path, then, then);
}

/** Every regular file and link below a directory, by relative path in `latin1`, without the tier's own `.tierkeep`. */
export function filesBelow(root: string): readonly string[] {
  return walk(root, "").toSorted();
}

function walk(root: string, below: string): readonly string[] {
  const names = readdirSync(Buffer.from(`${root}/${below}`, "latin1"), { encoding: "latin1" as "utf8" });
  return names.flatMap((name) => {
    const path = below === "" ? name : `${below}/${name}`;
    if (path === ".tierkeep") return [];
    return lstatSync(bytePath(root, path)).isDirectory() ? walk(root, path) : [path];
  });
}

export function bytePath(root: string, path: string): Buffer {
  return Buffer.from(`${root}/${path}`, "latin1");
}

/** Relative path to SHA-256 of the content; of a link, to where it points. */
export function contentBelow(root: string): ReadonlyMap<string, string> {
  return new Map(filesBelow(root).map((path) => [path, hashOf(bytePath(root, path))]));
}

export function hashOf(path: string | Buffer): string {
  if (lstatSync(path).isSymbolicLink()) return `-> ${readlinkSync(path)}`;
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** What lies in `.tierkeep/staging`, by relative path. */
export function stagedBelow(tier: string): readonly string[] {
  try {
    return walk(`${tier}/.tierkeep/staging`, "");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

export function unpacked(path: string | Buffer): Buffer {
  return zstdDecompressSync(readFileSync(path));
}

/** Text of many lines, which shrinks well. */
export function logText(lines: number, label = "line"): string {
  return Array.from({ length: lines }, (_, index) => `${label} ${index} of a log that nobody reads\n`).join("");
}

/** Holds a file open for writing until the end of the block. */
export function heldOpen(path: string, flags: number = constants.O_WRONLY | constants.O_APPEND): Disposable {
  const fd = openSync(path, flags);
  return { [Symbol.dispose]: () => closeSync(fd) };
}
