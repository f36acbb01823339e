import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, linkSync, mkdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import { mountLoop, needsRoot } from "../../support/loop-mount.ts";
import { filesBelow, heldOpen, oldFile, stagedBelow } from "./files.ts";
import { openMemoryScene, openScene, type Scene } from "./scene.ts";
import { ageTree, setRule, treeBelow } from "./set-files.ts";

const skip = needsRoot;

function twoSets(scene: Scene): string {
  for (const set of ["in-use", "quiet"]) for (const name of ["a", "deep/b"]) oldFile(`${scene.source}/${set}/${name}`);
  ageTree(scene.source, 40);
  return `${scene.source}/in-use`;
}

/** Plan and run keep the set, the plan names what is in the way, and the other one goes. */
async function staysBlocked(scene: Scene, inTheWay: RegExp): Promise<void> {
  ageTree(`${scene.source}/in-use`, 40);
  const before = treeBelow(`${scene.source}/in-use`);
  const { due, kept, warnings } = await scene.plan();
  assert.deepEqual([due, kept], [["quiet"], { "entry-blocked": ["in-use"] }]);
  assert.match(warnings.join(), inTheWay);
  assert.deepEqual((await scene.run()).results, { quiet: "moved" });
  assert.deepEqual(treeBelow(`${scene.source}/in-use`), before);
  assert.deepEqual(stagedBelow(scene.tier), []);
}

test("a FIFO, a socket or a device in it keeps a set, by name", { skip }, async () => {
  using scene = openMemoryScene({ rule: setRule });
  const set = twoSets(scene);
  execFileSync("mkfifo", [`${set}/deep/pipe`]);
  await staysBlocked(scene, /in-use\/deep\/pipe: a FIFO/);
  unlinkSync(`${set}/deep/pipe`);
  const server = createServer().listen(`${set}/socket`);
  await once(server, "listening");
  oldFile(`${scene.source}/quiet/a`);
  ageTree(scene.source, 40);
  assert.match((await scene.plan()).warnings.join(), /in-use\/socket: a socket/);
  server.close();
  await once(server, "close");
  execFileSync("mknod", [`${set}/null`, "c", "1", "3"]);
  ageTree(set, 40);
  assert.match((await scene.plan()).warnings.join(), /in-use\/null: a device/);
});

test("another file system mounted in it keeps a set, bind mounts included", { skip }, async () => {
  for (const options of [
    ["-t", "tmpfs", "tierkeep-test"],
    ["--bind", "/usr/share/doc"],
  ]) {
    using scene = openMemoryScene({ rule: setRule });
    const set = twoSets(scene);
    mkdirSync(`${set}/mounted`);
    execFileSync("mount", [...options, `${set}/mounted`]);
    try {
      const { due, warnings } = await scene.plan();
      assert.deepEqual(due, ["quiet"]);
      assert.match(warnings.join(), /in-use\/mounted: another file system is mounted there/);
    } finally {
      execFileSync("umount", [`${set}/mounted`]);
    }
  }
});

test("M14: hard links that lead out of it keep a set; those within it do not", async () => {
  using scene = openMemoryScene({ rule: setRule });
  const set = twoSets(scene);
  linkSync(`${set}/a`, `${set}/deep/a-too`);
  ageTree(set, 40);
  assert.deepEqual((await scene.plan()).due, ["in-use", "quiet"]);
  linkSync(`${set}/a`, `${scene.path}/outside`);
  await staysBlocked(scene, /in-use\/(a|deep\/a-too): it has hard links outside of the set/);
});

test("M7: a file that a process in namespaces of its own has open for writing keeps its set", { skip }, async () => {
  using scene = openMemoryScene({ rule: setRule });
  const set = twoSets(scene);
  const script = `exec 3>>"$1"; umount -l /proc; echo open; read -r _`;
  const namespaces = ["--mount", "--pid", "--net", "--fork", "--mount-proc", "--kill-child=KILL"];
  const writer = spawn("unshare", [...namespaces, "sh", "-c", script, "sh", `${set}/deep/b`], {
    stdio: ["pipe", "pipe", "inherit"],
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  const closed = once(writer, "close");
  try {
    await Promise.race([once(writer.stdout, "data"), closed.then(() => assert.fail("the writer ended"))]);
    await staysBlocked(scene, /in-use\/deep\/b: open for writing/);
  } finally {
    writer.stdin.end("\n");
    await closed;
  }
  ageTree(set, 40);
  assert.deepEqual((await scene.run()).results, { "in-use": "moved" });
});

test("M25: an engine's own files in it keep a set", { skip }, async () => {
  using scene = openMemoryScene({ rule: setRule });
  const set = twoSets(scene);
  writeFileSync(`${set}/deep/PG_VERSION`, "16\n");
  await staysBlocked(scene, /in-use\/deep: PostgreSQL's own files/);
});

test("an immutable file in it keeps a set", { skip }, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 16 });
  for (const name of ["hot", "warm"]) mkdirSync(`${fs.path}/${name}`);
  using scene = openScene({ source: `${fs.path}/hot`, tier: `${fs.path}/warm`, rule: setRule });
  const set = twoSets(scene);
  execFileSync("chattr", ["+i", `${set}/deep/b`]);
  try {
    assert.match((await scene.plan()).warnings.join(), /in-use\/deep\/b: immutable/);
  } finally {
    execFileSync("chattr", ["-i", `${set}/deep/b`]);
  }
});

test("M5: a set in which something changes while it is copied stays whole, and nothing of it is visible", async () => {
  const changes: readonly (readonly [said: RegExp, change: (set: string) => void])[] = [
    [/^in-use\/deep\/b: changed while/, (set) => appendFileSync(`${set}/deep/b`, "more")],
    [/^in-use\/deep: changed while/, (set) => writeFileSync(`${set}/deep/new`, "came")],
    [/^in-use\/deep(\/b)?: (changed while|vanished)/, (set) => unlinkSync(`${set}/deep/b`)],
    [/^in-use\/deep: vanished/, (set) => renameSync(`${set}/deep`, `${set}/other`)],
    [/^in-use(\/deep)?: vanished/, (set) => renameSync(set, `${set}-too`)],
    [/^in-use\/deep: vanished/, swapForLink],
  ];
  for (const [said, change] of changes) {
    using scene = openMemoryScene({ rule: setRule });
    const set = twoSets(scene);
    let hasChanged = false;
    const verify = () => {
      if (!hasChanged) change(set);
      hasChanged = true;
    };
    const { outcomes, results } = await scene.run({ after: { verify } });
    assert.equal(results["in-use"] === "moved", false, String(said));
    assert.match(outcomes.find(({ path }) => path === "in-use")?.message ?? "", said);
    assert.ok(filesBelow(scene.tier).every((path) => path.startsWith("jts-1/logs/quiet/")));
    assert.ok(filesBelow(scene.source).some((path) => path.endsWith("/a")));
  }
});

/** Of content that is the same: what a copier that follows links would never notice. */
function swapForLink(set: string): void {
  renameSync(`${set}/deep`, `${set}.elsewhere`);
  symlinkSync("../in-use.elsewhere", `${set}/deep`);
}

test("M7: a writer that comes while a set is copied keeps it", async () => {
  using scene = openMemoryScene({ rule: setRule });
  const set = twoSets(scene);
  using stack = new DisposableStack();
  let opened = false;
  const hold = () => {
    if (!opened) stack.use(heldOpen(`${set}/a`));
    opened = true;
  };
  const { results } = await scene.run({ after: { verify: hold } });
  assert.deepEqual(results, { "in-use": "entry-blocked", quiet: "moved" });
  stack.dispose();
  ageTree(set, 40);
  assert.deepEqual((await scene.run()).results, { "in-use": "moved" });
  assert.deepEqual([filesBelow(scene.source), stagedBelow(scene.tier)], [[], []]);
});

test("what comes into a set after it was sealed stays, and so does what changed", async () => {
  using scene = openMemoryScene({ rule: setRule });
  const set = twoSets(scene);
  const late = () => {
    appendFileSync(`${set}/a`, "late");
    writeFileSync(`${set}/deep/late`, "late");
  };
  const { outcomes } = await scene.run({ after: { "name-set": late } });
  assert.deepEqual(
    outcomes.filter(({ path }) => path.startsWith("in-use")).map(({ path, result }) => [path, result]),
    [
      ["in-use", "moved"],
      ["in-use/a", "kept-at-source"],
    ],
  );
  assert.deepEqual(filesBelow(set), ["a", "deep/late"]);
  assert.deepEqual(filesBelow(`${scene.tier}/jts-1/logs/in-use`), ["a", "deep/b"]);
});
