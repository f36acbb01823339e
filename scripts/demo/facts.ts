import { lstatSync, readdirSync } from "node:fs";
import { toolOutput } from "./stage.ts";

/** Everything about one file that has to come back. */
export interface FileFacts {
  readonly sha256: string;
  readonly sizeBytes: bigint;
  readonly mode: string;
  readonly owner: string;
  readonly mtimeNs: bigint;
  /** In units of 512 bytes: what it takes on the disk, so holes show. */
  readonly blocks: bigint;
  readonly inode: bigint;
  /** As getfattr prints them, ACLs included. */
  readonly xattrs: string;
}

/** By path from the root; names are bytes, one per character (latin1). */
export type TreeFacts = ReadonlyMap<string, FileFacts>;

/** Looks at every regular file below `root`, with stock tools: find, sha256sum, getfattr. */
export function takeFacts(root: string, sums: string, hasGetfattr: boolean): TreeFacts {
  const sha256 = parseSums(sums);
  const xattrs = hasGetfattr ? readXattrs(root) : new Map<string, string>();
  const facts = new Map<string, FileFacts>();
  for (const path of walkFiles(root)) {
    const stat = lstatSync(pathAt(root, path), { bigint: true });
    facts.set(path, {
      sha256: sha256.get(path) ?? "not summed",
      sizeBytes: stat.size,
      mode: (stat.mode & 0o7777n).toString(8),
      owner: `${stat.uid}:${stat.gid}`,
      mtimeNs: stat.mtimeNs,
      blocks: stat.blocks,
      inode: stat.ino,
      xattrs: xattrs.get(path) ?? "",
    });
  }
  return facts;
}

/** The paths of all regular files below `root`, in latin1. */
export function walkFiles(root: string, below = ""): string[] {
  return readdirSync(pathAt(root, below), { encoding: "latin1", withFileTypes: true }).flatMap((entry) => {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) return walkFiles(root, path);
    return entry.isFile() ? [path] : [];
  });
}

/** A path for system calls from one in latin1. */
export function pathAt(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, "latin1")]);
}

/** What sha256sum printed; it marks a name with escapes by a backslash before the line. */
function parseSums(text: string): ReadonlyMap<string, string> {
  const sums = new Map<string, string>();
  for (const line of text.split("\n")) {
    const match = /^(\\?)([0-9a-f]{64}) [ *](?:\.\/)?(.*)$/.exec(line);
    if (match === null) continue;
    const [, isEscaped, sha256 = "", name = ""] = match;
    sums.set(
      isEscaped === "" ? name : name.replaceAll(/\\([nr\\])/g, (_, letter: string) => escapes[letter] ?? ""),
      sha256,
    );
  }
  return sums;
}

const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", "\\": "\\" };

function readXattrs(root: string): ReadonlyMap<string, string> {
  const text = toolOutput("getfattr", ["-R", "-P", "-h", "-d", "-m", "-", "-e", "hex", "."], { cwd: root });
  const blocks = text.toString("latin1").split("\n\n");
  return new Map(
    blocks.flatMap((block) => {
      const [head = "", ...lines] = block.trim().split("\n");
      const name = head.replace(/^# file: /, "").replaceAll(/\\([0-7]{3})/g, (_, octal: string) => byte(octal));
      return lines.length === 0 ? [] : [[name, lines.sort().join("\n")] as const];
    }),
  );
}

function byte(octal: string): string {
  return String.fromCharCode(Number.parseInt(octal, 8));
}

export interface Difference {
  readonly path: string;
  readonly what: string;
}

/** What is not as it was. Holes may not have been filled: a file must not take more room than before. */
export function compareFacts(before: TreeFacts, after: TreeFacts): readonly Difference[] {
  const differences: Difference[] = [];
  for (const [path, was] of before) {
    const is = after.get(path);
    if (is === undefined) differences.push({ path, what: "it is gone" });
    else for (const what of differencesOf(was, is)) differences.push({ path, what });
  }
  return [...differences, ...splitLinks(before, after)];
}

function differencesOf(was: FileFacts, is: FileFacts): readonly string[] {
  const keys = ["sha256", "sizeBytes", "mode", "owner", "mtimeNs", "xattrs"] as const;
  const changed = keys.filter((key) => was[key] !== is[key]).map((key) => `${key} was ${was[key]} and is ${is[key]}`);
  const isFilled = is.blocks > was.blocks + 16n;
  return isFilled ? [...changed, `its holes were filled: ${was.blocks} blocks became ${is.blocks}`] : changed;
}

/** Names that were one file are one file again. */
function splitLinks(before: TreeFacts, after: TreeFacts): readonly Difference[] {
  const groups = Map.groupBy(before.keys(), (path) => before.get(path)?.inode);
  return [...groups.values()].flatMap((paths) => {
    const inodes = new Set(paths.map((path) => after.get(path)?.inode));
    return inodes.size <= 1 ? [] : [{ path: paths[0] ?? "", what: `its ${paths.length} hard links were split` }];
  });
}
