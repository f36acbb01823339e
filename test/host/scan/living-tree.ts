import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimes } from "../../../src/host/posix.ts";
import { statFd } from "../../../src/host/stat.ts";
import { unmountAll } from "../../support/loop-mount.ts";
import type { Seeded } from "../../support/seeded.ts";
import { attempt } from "./attempt.ts";
import { type Listed, listTree, mountsBelow } from "./listed.ts";
import { writeThroughMapping } from "./mapping.ts";
import { dueAge } from "./scan-once.ts";

/** A tree to which things happen, as they do to real ones. */
export interface LivingTree extends Disposable {
  /** Does one random thing and says which. */
  readonly step: () => string;
  /** A scan has looked: what was old then is not set back later, since that alone may be seen late. */
  readonly looked: () => void;
  /** Takes away what a scan found due, by path from the root, as a run would. */
  readonly moveAway: (due: readonly string[]) => void;
}

/** Listing is dear; what has gone since is simply not met. */
const stepsToAList = 5;
const second = 1000;
const day = 86_400 * second;
const [directoriesAtMost, filesAtMost, mountsAtMost, twinsAtMost] = [50, 200, 3, 6] as const;
/** Ages that files are given, some of which come due within the next scans. */
const soonDue = [2, 4, 7, 11, 16].map((seconds) => dueAge - seconds * second);
const future = [-3 * second, -day];
const ages = [0, 3600 * second, 2 * day, 3 * day, dueAge + second, 30 * day, ...soonDue, ...soonDue];

interface Tree {
  readonly root: string;
  readonly chance: Seeded;
  readonly now: () => number;
  readonly ages: readonly number[];
  /** Inodes that were old when a scan looked. */
  readonly wasOld: Set<string>;
  readonly twins: (readonly [string, string])[];
  names: number;
}

export interface LivingTreeOptions {
  readonly chance: Seeded;
  readonly now: () => number;
  /** Files may be given stamps of a time to come. */
  readonly hasFuture: boolean;
}

export function openLivingTree(root: string, { chance, now, hasFuture }: LivingTreeOptions): LivingTree {
  const tree: Tree = {
    root,
    chance,
    now,
    ages: hasFuture ? [...ages, ...future] : ages,
    wasOld: new Set(),
    twins: [],
    names: 0,
  };
  let [listed, steps] = [listTree(root), 0];
  return {
    step: () => {
      const [name, operation] = chance.pick(weighted);
      if (steps++ % stepsToAList === 0) listed = listTree(root);
      attempt(() => operation(tree, listed));
      return name;
    },
    looked: () => {
      for (const path of listTree(root).files)
        if (now() - lstatSync(path).mtimeMs > day - 60 * second) tree.wasOld.add(inodeOf(path));
    },
    moveAway: (due) => {
      for (const path of due) attempt(() => unlinkSync(join(root, path)));
    },
    [Symbol.dispose]: () => {
      for (const path of mountsBelow(root).toReversed()) unmountAll(path);
    },
  };
}

type Operation = (tree: Tree, listed: Listed) => void;

const operations: Readonly<Record<string, readonly [weight: number, Operation]>> = {
  create: [12, (tree, listed) => create(tree, fresh(tree, listed, "f"), listed)],
  write: [4, (tree, { files }) => writeFileSync(tree.chance.pick(files), "written")],
  append: [4, (tree, { files }) => appendFileSync(tree.chance.pick(files), "more")],
  mapping: [2, (tree, { files }) => writeThroughMapping(tree.chance.pick(files))],
  touchForward: [4, (tree, { files }) => touch(tree, tree.chance.pick(files), 0)],
  touchBack: [10, touchBack],
  renameFile: [5, (tree, listed) => renameSync(tree.chance.pick(listed.files), fresh(tree, listed, "r"))],
  renameOver: [4, (tree, { files }) => renameSync(tree.chance.pick(files), tree.chance.pick(files))],
  link: [3, (tree, listed) => linkSync(tree.chance.pick(listed.files), fresh(tree, listed, "l"))],
  unlink: [5, (tree, { files }) => unlinkSync(tree.chance.pick(files))],
  symlink: [1, (tree, listed) => symlinkSync(tree.chance.pick(listed.files), fresh(tree, listed, "s"))],
  fifo: [1, (tree, listed) => execFileSync("mkfifo", [fresh(tree, listed, "p")])],
  ageDirectory: [4, (tree, { directories }) => touch(tree, tree.chance.pick(directories), tree.chance.pick(tree.ages))],
  chmod: [
    2,
    (tree, { directories, files }) =>
      chmodSync(tree.chance.pick([...directories, ...files]), tree.chance.pick([0o700, 0o1700])),
  ],
  makeDirectory: [6, makeDirectory],
  removeDirectory: [2, (tree, { directories }) => rmdirSync(tree.chance.pick(directories))],
  renameDirectory: [4, (tree, listed) => renameSync(tree.chance.pick(listed.directories), fresh(tree, listed, "d"))],
  renameDirectoryOver: [2, (tree, { directories: all }) => renameSync(tree.chance.pick(all), tree.chance.pick(all))],
  fileForDirectory: [1, fileForDirectory],
  engine: [1, (tree, listed) => writeFileSync(join(tree.chance.pick(listed.directories), "PG_VERSION"), "15")],
  hideCreate: [6, (tree, listed) => keepTimes(tree, listed, (at) => createDue(tree, join(at, name(tree, "h"))))],
  hideUnlink: [2, (tree, listed) => keepTimes(tree, listed, (at) => unlinkSync(firstFile(at)))],
  makeTwins: [4, makeTwins],
  swapTwins: [8, swapTwins],
  mountEmpty: [0.5, (tree, { directories }) => mount(tree, ["-t", "tmpfs", "model"], tree.chance.pick(directories))],
  bindDirectory: [0.5, (tree, { directories }) => bind(tree, directories)],
  bindFile: [0.3, (tree, { files }) => bind(tree, files)],
  unmount: [1.5, unmountOne],
};

const weighted = Object.entries(operations).flatMap(([name, [weight, operation]]) =>
  Array.from({ length: weight * 10 }, () => [name, operation] as const),
);

function create(tree: Tree, path: string, { files }: Listed): void {
  if (files.length >= filesAtMost) return;
  writeFileSync(path, "created");
  touch(tree, path, tree.chance.pick(tree.ages));
}

function createDue(tree: Tree, path: string): void {
  writeFileSync(path, "created");
  touch(tree, path, dueAge + second);
}

/** A file that was old at a look may be seen late when it is set back; one that was young may not. */
function touchBack(tree: Tree, { files }: Listed): void {
  const path = tree.chance.pick(files);
  if (!tree.wasOld.has(inodeOf(path))) touch(tree, path, tree.chance.pick([2 * day, ...soonDue, dueAge, 30 * day]));
}

function makeDirectory(tree: Tree, listed: Listed): void {
  if (listed.directories.length < directoriesAtMost) mkdirSync(fresh(tree, listed, "d"));
}

function fileForDirectory(tree: Tree, { directories }: Listed): void {
  const path = tree.chance.pick(directories);
  rmdirSync(path);
  writeFileSync(path, "a file now");
}

/** A change that the directory's mtime does not show. */
function keepTimes(tree: Tree, { directories }: Listed, change: (directory: string) => void): void {
  const path = tree.chance.pick(directories);
  const fd = openSync(path, "r");
  const { accessedNs, modifiedNs } = statFd(fd);
  try {
    change(path);
    setTimes(fd, accessedNs, modifiedNs);
  } finally {
    closeSync(fd);
  }
}

/** Two parents, in each a child of the same times: only the inode tells one from the other. */
function makeTwins(tree: Tree): void {
  if (tree.twins.length === twinsAtMost) {
    if (mountsBelow(tree.root).length > 0) return;
    for (const path of tree.twins.shift() ?? []) rmSync(path, { recursive: true, force: true });
  }
  for (let tries = 0; tries < 20; tries++) {
    const [one, other] = [join(tree.root, name(tree, "t")), join(tree.root, name(tree, "t"))];
    for (const path of [one, other, `${one}/twin`, `${other}/twin`]) mkdirSync(path);
    writeFileSync(`${one}/twin/young`, "");
    writeFileSync(`${other}/twin/old`, "");
    touch(tree, `${one}/twin/young`, 2 * day);
    touch(tree, `${other}/twin/old`, dueAge + day);
    if (statSync(`${one}/twin`).ctimeMs === statSync(`${other}/twin`).ctimeMs) {
      tree.twins.push([one, other]);
      return;
    }
    // A tick of the clock came between them.
    for (const path of [one, other]) rmSync(path, { recursive: true });
  }
}

function swapTwins(tree: Tree): void {
  const [one, other] = tree.chance.pick(tree.twins);
  const aside = join(tree.root, name(tree, "t"));
  renameSync(one, aside);
  renameSync(other, one);
  renameSync(aside, other);
}

function bind(tree: Tree, paths: readonly string[]): void {
  const from = tree.chance.pick(paths);
  const to = tree.chance.pick(paths);
  mount(tree, ["--bind", from], to);
}

function mount(tree: Tree, args: readonly string[], at: string): void {
  if (mountsBelow(tree.root).length >= mountsAtMost) return;
  execFileSync("mount", [...args, at], { stdio: "ignore" });
}

function unmountOne(tree: Tree): void {
  const path = mountsBelow(tree.root).at(-1);
  if (path !== undefined) unmountAll(path);
}

function touch(tree: Tree, path: string, ageMs: number): void {
  utimesSync(path, tree.now() / 1000, (tree.now() - ageMs) / 1000);
}

function fresh(tree: Tree, { directories }: Listed, kind: string): string {
  return join(tree.chance.pick([tree.root, ...directories]), name(tree, kind));
}

function name(tree: Tree, kind: string): string {
  tree.names += 1;
  return `${kind}${tree.names}`;
}

function firstFile(directory: string): string {
  const found = readdirSync(directory, { withFileTypes: true }).find((entry) => entry.isFile());
  return join(directory, found?.name ?? "none");
}

function inodeOf(path: string): string {
  const { dev, ino } = lstatSync(path);
  return `${dev}:${ino}`;
}
