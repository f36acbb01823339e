import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  constants,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { test } from "node:test";
import { mountBindfs } from "../../support/bindfs.ts";
import { needsRoot } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { contentBelow, filesBelow, heldOpen, logText, oldFile, stagedBelow, unpacked } from "./files.ts";
import { openMemoryScene, openScene } from "./scene.ts";

/** More than one frame, so that it is copied in parts and the main thread hears of each. */
const bigText = logText(200_000);

for (const compress of ["zstd", "gzip", "zstd-single"] as const) {
  test(`M5: a file that grows during its copy stays, and no copy of it is published (${compress})`, async () => {
    using scene = openMemoryScene({ rule: { compress } });
    const path = `${scene.source}/big.1`;
    oldFile(path, bigText);
    let grown = 0;
    const progress = () => {
      if (grown++ === 0) appendFileSync(path, "one more line\n");
    };
    const { results } = await scene.run({ progress });
    assert.ok(grown > 0, "the copy was seen under way");
    assert.deepEqual(results, { "big.1": "changed-while-copying" });
    assert.equal(readFileSync(path, "utf8"), `${bigText}one more line\n`);
    assert.deepEqual([filesBelow(scene.tier), stagedBelow(scene.tier), scene.placements()], [[], [], []]);
  });
}

test("M5: a file that shrinks during its copy stays", async () => {
  using scene = openMemoryScene({ rule: { compress: "zstd" } });
  const path = `${scene.source}/big.1`;
  oldFile(path, bigText);
  let cut = 0;
  const progress = () => {
    if (cut++ === 0) writeFileSync(path, "short");
  };
  const { results } = await scene.run({ progress });
  assert.deepEqual(results, { "big.1": "changed-while-copying" });
  assert.equal(readFileSync(path, "utf8"), "short");
  assert.deepEqual([filesBelow(scene.tier), stagedBelow(scene.tier)], [[], []]);
});

test("M5: a file that changed between plan and copy stays, whatever its new modification time says", async () => {
  using scene = openMemoryScene();
  for (const name of ["grown", "rewritten", "chmodded", "replaced", "same"]) oldFile(`${scene.source}/${name}`);
  const { mtime } = statSync(`${scene.source}/rewritten`);
  const stage = () => {
    appendFileSync(`${scene.source}/grown`, "more");
    writeFileSync(`${scene.source}/rewritten`, "CONTENT\n");
    oldFile(`${scene.source}/new`);
    renameSync(`${scene.source}/new`, `${scene.source}/replaced`);
    for (const name of ["grown", "rewritten", "replaced"]) utimesSync(`${scene.source}/${name}`, mtime, mtime);
    linkSync(`${scene.source}/chmodded`, `${scene.source}/its-link`);
  };
  const { results } = await scene.run({ after: { stage } });
  const changed = "changed-while-copying";
  assert.deepEqual(results, {
    grown: changed,
    rewritten: changed,
    chmodded: changed,
    replaced: changed,
    same: "moved",
  });
  assert.deepEqual(filesBelow(scene.tier), ["jts-1/logs/same"]);
});

test("M29: torn by a change that leaves size and modification time as they were, a copy is never a version", async () => {
  using scene = openMemoryScene({ rule: { compress: "zstd" } });
  const path = `${scene.source}/big.1`;
  oldFile(path, bigText);
  const { atime, mtime } = statSync(path);
  let torn = 0;
  const progress = () => {
    if (torn++ > 0) return;
    const fd = openSync(path, "r+");
    using _ = { [Symbol.dispose]: () => rmSync(`${path}.none`, { force: true }) };
    writeFileSync(fd, "LINE");
    utimesSync(path, atime, mtime);
  };
  const { results } = await scene.run({ progress });
  assert.deepEqual(results, { "big.1": "changed-while-copying" });
  assert.deepEqual([filesBelow(scene.tier), scene.placements(), stagedBelow(scene.tier)], [[], [], []]);
  assert.deepEqual((await scene.plan()).due, [], "it is held open by the writer");
});

test("M29: changed after its copy was published, a file stays beside the copy, which is a true earlier version", async () => {
  using scene = openMemoryScene();
  oldFile(`${scene.source}/a`, "first");
  oldFile(`${scene.source}/b`, "quiet");
  const publish = () => appendFileSync(`${scene.source}/a`, " and second");
  const { results } = await scene.run({ after: { publish } });
  assert.deepEqual(results, { a: "kept-at-source", b: "moved" });
  assert.equal(readFileSync(`${scene.source}/a`, "utf8"), "first and second");
  assert.equal(readFileSync(`${scene.tier}/jts-1/logs/a`, "utf8"), "first");
  assert.equal(scene.placements("/").length, 2);
});

test("M6: a log that is still being written stays, however it was opened", async () => {
  using scene = openMemoryScene();
  const { O_WRONLY, O_RDWR, O_APPEND, O_NONBLOCK, O_SYNC } = constants;
  const ways = { append: O_WRONLY | O_APPEND, rdwr: O_RDWR, nonblock: O_WRONLY | O_NONBLOCK, sync: O_WRONLY | O_SYNC };
  using open = new DisposableStack();
  for (const [name, flags] of Object.entries(ways)) {
    oldFile(`${scene.source}/${name}.1`);
    open.use(heldOpen(`${scene.source}/${name}.1`, flags));
  }
  oldFile(`${scene.source}/read.1`);
  open.use(heldOpen(`${scene.source}/read.1`, constants.O_RDONLY));
  const plan = await scene.plan();
  assert.deepEqual(plan.due, ["read.1"]);
  assert.deepEqual(plan.kept["open-for-writing"], ["append.1", "nonblock.1", "rdwr.1", "sync.1"]);
});

for (const state of ["stage", "verify", "publish"] as const) {
  test(`M6: opened for writing after "${state}" was journalled, a file stays`, async () => {
    using scene = openMemoryScene();
    oldFile(`${scene.source}/a.1`);
    oldFile(`${scene.source}/b.1`);
    using open = new DisposableStack();
    const result = await scene.run({ after: { [state]: () => open.use(heldOpen(`${scene.source}/a.1`)) } });
    const expected = state === "stage" ? "open-for-writing" : "kept-at-source";
    assert.deepEqual(result.results, { "a.1": expected, "b.1": "moved" });
    assert.deepEqual(filesBelow(scene.source), ["a.1"]);
  });
}

test("M6: who opens it between the last look and the unlink finds his lines under the old name", async () => {
  using scene = openMemoryScene({ rule: { compress: "zstd" } });
  oldFile(`${scene.source}/a.1`, logText(100));
  const hook = { kind: "write-before-unlink", text: "the last line\n" };
  const { results } = await scene.run({ hook });
  assert.deepEqual(results, { "a.1": "rescued" });
  assert.equal(readFileSync(`${scene.source}/a.1`, "utf8"), `${logText(100)}the last line\n`);
  assert.equal(unpacked(`${scene.tier}/jts-1/logs/a.1.zst`).toString(), logText(100));
});

test("M6: where there are no leases, /proc tells who writes, through a mapping too", { skip: needsRoot }, async () => {
  using below = scratch("fuse");
  using warm = scratch("warm");
  await using fuse = await mountBindfs(below.path);
  for (const name of ["held.1", "mapped.1", "free.1"]) oldFile(`${below.path}/${name}`, logText(200));
  using scene = openScene({ source: fuse.path, tier: warm.path, rule: { settledForGiven: true } });
  using _held = heldOpen(`${fuse.path}/held.1`);
  await using _mapped = await mapping(`${fuse.path}/mapped.1`);
  const plan = await scene.plan();
  assert.deepEqual([plan.due, plan.kept["open-for-writing"]], [["free.1"], ["held.1", "mapped.1"]]);
  assert.match(plan.warnings.join(), /has no leases: writers on other machines cannot be seen/);
});

test("M6: without leases a file must also have been left alone for an hour", { skip: needsRoot }, async () => {
  using below = scratch("fuse");
  using warm = scratch("warm");
  await using fuse = await mountBindfs(below.path);
  oldFile(`${below.path}/a.1`);
  using scene = openScene({ source: fuse.path, tier: warm.path });
  assert.deepEqual((await scene.plan()).kept, { unsettled: ["a.1"] });
  assert.deepEqual((await scene.plan({ nowMs: Date.now() + 3_700_000 })).due, ["a.1"]);
});

for (const state of ["stage", "verify", "publish"] as const) {
  test(`M6: without leases, too, who opens a file after "${state}" keeps it, though he has not written yet`, {
    skip: needsRoot,
  }, async () => {
    using below = scratch("fuse");
    using warm = scratch("warm");
    await using fuse = await mountBindfs(below.path);
    for (const name of ["held.1", "free.1"]) oldFile(`${below.path}/${name}`, name);
    using scene = openScene({ source: fuse.path, tier: warm.path, rule: { settledForGiven: true } });
    using open = new DisposableStack();
    const hold = () => open.use(heldOpen(`${fuse.path}/held.1`));
    // What is open for copying when the writer comes has been asked for already: the deed that follows asks again.
    const { results } = await scene.run(
      state === "stage" ? { before: { verify: hold } } : { after: { [state]: hold } },
    );
    assert.deepEqual(results, { "held.1": "kept-at-source", "free.1": "moved" });
    assert.deepEqual(filesBelow(below.path), ["held.1"]);
  });
}

test("M7: a writer in namespaces of its own is seen", { skip: needsRoot }, async () => {
  using scene = openMemoryScene();
  oldFile(`${scene.source}/a.1`);
  const script = `exec 3>>'${scene.source}/a.1'; echo open; read -r _`;
  const child = spawn(
    "unshare",
    ["--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child", "sh", "-c", script],
    {
      stdio: ["pipe", "pipe", "inherit"],
    },
  );
  await once(child.stdout, "data");
  assert.deepEqual((await scene.plan()).kept, { "open-for-writing": ["a.1"] });
  child.stdin.end("\n");
  await once(child, "close");
  assert.deepEqual((await scene.plan()).due, ["a.1"]);
});

test("M22: what vanishes between plan and deed is recorded and harms nothing", async () => {
  using scene = openMemoryScene();
  for (const name of ["a", "b", "deep/c", "deep/d"]) oldFile(`${scene.source}/${name}`, name);
  const stage = () => {
    rmSync(`${scene.source}/a`);
    rmSync(`${scene.source}/deep`, { recursive: true });
  };
  const { results } = await scene.run({ after: { stage } });
  assert.deepEqual(results, { a: "vanished", b: "moved", "deep/c": "vanished", "deep/d": "vanished" });
  assert.deepEqual([...contentBelow(scene.tier).keys()], ["jts-1/logs/b"]);
  assert.deepEqual(stagedBelow(scene.tier), []);
});

test("M22: removed by somebody else after it was published, a file is simply stored", async () => {
  using scene = openMemoryScene();
  oldFile(`${scene.source}/a`, "a");
  const { results } = await scene.run({ after: { publish: () => rmSync(`${scene.source}/a`) } });
  assert.deepEqual(results, { a: "moved" });
  assert.equal(readFileSync(`${scene.tier}/jts-1/logs/a`, "utf8"), "a");
});

/** Another process with the file mapped, and its descriptor closed. */
async function mapping(path: string): Promise<AsyncDisposable> {
  const script = `
import mmap, os, sys
fd = os.open(sys.argv[1], os.O_RDWR)
held = mmap.mmap(fd, 4096)
os.close(fd)
print("mapped", flush=True)
sys.stdin.read()`;
  const child = spawn("python3", ["-c", script, path], { stdio: ["pipe", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return {
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await once(child, "close");
    },
  };
}
