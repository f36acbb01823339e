import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { scratch } from "../../test/support/scratch.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { TreeIndex } from "../scan/scan-index.ts";
import { type OpenScanIndex, openScanIndex } from "./scan-index.ts";

const id = { job: "logs", root: "/var/log" as RawPath, identity: "one" };
const path = "a\xff/b" as RawPath;
const block = Buffer.from("block");

test("what a whole scan wrote is there for the next one, in a file that others cannot read", () => {
  using state = scratch("scan-index");
  remember(state.path, (tree) => {
    assert.deepEqual([tree.fullAtMs, tree.read(path)], [undefined, undefined]);
    tree.write(path, block);
    tree.finish({ startedMs: 5, isFull: true });
  });
  remember(state.path, (tree) => assert.deepEqual([tree.fullAtMs, text(tree)], [5, "block"]));
  assert.equal(statSync(`${state.path}/scan.db`).mode & 0o777, 0o600);
});

test("a scan that came to no end vouches for no tree", () => {
  using state = scratch("scan-index");
  remember(state.path, (tree) => {
    for (let count = 0; count < 2_000; count++) tree.write(`d${count}` as RawPath, block);
  });
  remember(state.path, (tree) => assert.equal(tree.fullAtMs, undefined));
});

test("what a full scan did not meet is forgotten; a scan of what changed forgets nothing", () => {
  using state = scratch("scan-index");
  const gone = "gone" as RawPath;
  remember(state.path, (tree) => {
    for (const each of [path, gone]) tree.write(each, block);
    tree.finish({ startedMs: 1, isFull: true });
  });
  remember(state.path, (tree) => {
    tree.write(path, Buffer.from("newer"));
    tree.finish({ startedMs: 2, isFull: false });
  });
  remember(state.path, (tree) => {
    assert.deepEqual([tree.fullAtMs, text(tree), tree.read(gone) === undefined], [1, "newer", false]);
    tree.write(path, block);
    tree.finish({ startedMs: 3, isFull: true });
  });
  remember(state.path, (tree) => assert.deepEqual([tree.fullAtMs, tree.read(gone)], [3, undefined]));
});

test("under another identity nothing of it counts, and the first one is forgotten after a full scan", () => {
  using state = scratch("scan-index");
  const full = (startedMs: number) => (tree: TreeIndex) => {
    assert.equal(tree.fullAtMs, undefined);
    tree.write(path, block);
    tree.finish({ startedMs, isFull: true });
  };
  remember(state.path, full(1));
  remember(state.path, full(2), { ...id, identity: "two" });
  remember(state.path, (tree) => assert.deepEqual([tree.fullAtMs, tree.read(path)], [undefined, undefined]));
  remember(state.path, (tree) => assert.equal(tree.fullAtMs, 2), { ...id, identity: "two" });
});

for (const [what, spoil] of [
  [
    "is no database",
    (file: string) => writeFileSync(file, "this is no database, but long enough to be taken for one ".repeat(40)),
  ],
  ["was cut off", (file: string) => writeFileSync(file, readFileSync(file).subarray(0, 2_000))],
  ["is of another version", (file: string) => runSql(file, "PRAGMA user_version = 99")],
] as const) {
  test(`a file that ${what} is thrown away and made anew`, () => {
    using state = scratch("scan-index");
    const full = (tree: TreeIndex) => {
      tree.write(path, block);
      tree.finish({ startedMs: 1, isFull: true });
    };
    remember(state.path, full);
    spoil(`${state.path}/scan.db`);
    remember(state.path, (tree) => assert.equal(tree.fullAtMs, undefined));
    remember(state.path, full);
    remember(state.path, (tree) => assert.equal(text(tree), "block"));
  });
}

test("a block that rotted is not believed", () => {
  using state = scratch("scan-index");
  remember(state.path, (tree) => {
    tree.write(path, block);
    tree.finish({ startedMs: 1, isFull: true });
  });
  runSql(`${state.path}/scan.db`, "UPDATE blocks SET block = x'00'");
  remember(state.path, (tree) => assert.deepEqual([tree.fullAtMs, tree.read(path)], [1, undefined]));
});

test("while another process writes it is read and not written, and nothing fails", () => {
  using state = scratch("scan-index");
  remember(state.path, (tree) => tree.finish({ startedMs: 1, isFull: true }));
  using other = new DatabaseSync(`${state.path}/scan.db`);
  other.exec("BEGIN IMMEDIATE");
  remember(state.path, (tree) => {
    assert.equal(tree.fullAtMs, 1);
    tree.write(path, block);
    tree.finish({ startedMs: 2, isFull: true });
  });
  other.exec("ROLLBACK");
  remember(state.path, (tree) => assert.deepEqual([tree.fullAtMs, tree.read(path)], [1, undefined]));
});

test("where there is no state directory nothing is remembered, and none is made", () => {
  using state = scratch("scan-index");
  remember(`${state.path}/none`, (tree) => {
    tree.write(path, block);
    tree.finish({ startedMs: 1, isFull: true });
    assert.equal(tree.read(path), undefined);
  });
  assert.equal(existsSync(`${state.path}/none`), false);
});

function remember(stateDir: string, use: (tree: TreeIndex) => void, tree = id): void {
  using index: OpenScanIndex = openScanIndex(stateDir);
  use(index.openTree(tree));
}

function text(tree: TreeIndex): string {
  return Buffer.from(tree.read(path) ?? []).toString();
}

function runSql(file: string, sql: string): void {
  using db = new DatabaseSync(file);
  db.exec(sql);
}
