import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { linkSync, mkdirSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { lockJob } from "../../../src/jobs/lock.ts";
import { mountLoop, needsRoot } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { mountTmpfs } from "../../support/tmpfs-mount.ts";
import { contentBelow, filesBelow, oldFile, stagedBelow } from "./files.ts";
import { endOf, openProgram, until } from "./program.ts";

const skip = needsRoot;
const full = process.env.TIERKEEP_FULL === "1";

test("M3: with its tier unmounted a run ends 10, and the disk below the mount point is untouched", {
  skip,
}, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 16 });
  using dir = scratch("program");
  oldFile(`${dir.path}/hot/a`);
  const program = await openProgram({ directory: dir.path, source: `${dir.path}/hot`, warm: fs.path });
  fs.unmount();
  const { exitCode, report } = await program.run();
  assert.deepEqual([exitCode, report.status], [10, "unavailable"]);
  assert.deepEqual([readdirSync(fs.path), filesBelow(`${dir.path}/hot`)], [[], ["a"]]);
  fs.remount();
  assert.equal((await program.run()).exitCode, 0);
});

test("M4: a source that is not the one that was approved is refused, 5, and is no empty tree", { skip }, async () => {
  await using hot = await mountLoop({ type: "ext4", sizeMiB: 16 });
  await using warm = await mountLoop({ type: "ext4", sizeMiB: 16 });
  using dir = scratch("program");
  oldFile(`${hot.path}/log/a`);
  const program = await openProgram({ directory: dir.path, source: `${hot.path}/log`, warm: warm.path });
  hot.unmount();
  const missing = await program.run();
  assert.deepEqual([missing.exitCode, missing.report.jobs[0]?.errors[0]?.code], [3, "SOURCE_MISSING"]);
  mkdirSync(`${hot.path}/log`);
  oldFile(`${hot.path}/log/b`);
  const other = await program.run();
  assert.deepEqual([other.exitCode, other.report.jobs[0]?.errors[0]?.code], [5, "source-changed"]);
  assert.deepEqual([filesBelow(`${hot.path}/log`), filesBelow(warm.path)], [["b"], []]);
});

test("M23: while one run holds the job, another waits five seconds and ends 11, naming the holder", async () => {
  using dir = scratch("program");
  mkdirSync(`${dir.path}/warm`);
  oldFile(`${dir.path}/hot/a`);
  const program = await openMemoryProgram(dir.path);
  using _lock = await lockJob({
    stateDir: `${dir.path}/state`,
    job: "logs",
    holder: { pid: 4_242, since: "2026-11-23T04:15:00Z", run: "other" },
  });
  const { exitCode, report } = await program.run();
  assert.deepEqual([exitCode, report.status], [11, "busy"]);
  assert.match(report.jobs[0]?.errors[0]?.message ?? "", /pid 4242, run other, since 2026/);
  assert.deepEqual(filesBelow(`${dir.path}/hot`), ["a"]);
});

test("M23: of two runs at once each file is moved by exactly one", async () => {
  using dir = scratch("program");
  mkdirSync(`${dir.path}/warm`);
  for (let index = 0; index < 300; index++) oldFile(`${dir.path}/hot/${index}`, `${index}`);
  const program = await openMemoryProgram(dir.path);
  const both = await Promise.all([program.run(), program.run()]);
  assert.deepEqual(
    both.map(({ exitCode }) => exitCode),
    [0, 0],
  );
  const moved = both.map(({ report }) => report.jobs[0]?.outcomes.moved ?? 0);
  assert.equal(moved[0]! + moved[1]!, 300);
  assert.equal(filesBelow(`${dir.path}/warm`).length, 300);
});

test("M28: writers that hammer the probed files kill neither plan nor run, nor wait for them", { skip }, async () => {
  await using memory = await mountTmpfs({ sizeMiB: 64 });
  using dir = scratch("program");
  // Many names of one file: it is probed once for each, which makes a collision all but certain.
  oldFile(`${memory.path}/hot/0`);
  for (let index = 1; index < 20_000; index++) linkSync(`${memory.path}/hot/0`, `${memory.path}/hot/${index}`);
  mkdirSync(`${memory.path}/warm`);
  const program = await openProgram({
    directory: dir.path,
    source: `${memory.path}/hot`,
    warm: `${memory.path}/warm`,
    tierKeys: { directory: true },
  });
  await using blocking = hammer(`${memory.path}/hot/0`, "O_WRONLY");
  await using fickle = hammer(`${memory.path}/hot/0`, "O_WRONLY | os.O_NONBLOCK");
  const endsAt = performance.now() + (full ? 10_000 : 2_000);
  let met = 0;
  do {
    const plan = (await program.plan()).jobs[0];
    assert.deepEqual([plan?.status, plan?.error], ["ok", null]);
    met += plan?.kept["open-for-writing"]?.count ?? 0;
    const run = await program.run();
    assert.deepEqual([run.exitCode, run.report.jobs[0]?.errors], [0, []]);
  } while (performance.now() < endsAt);
  assert.ok(met > 0, "writers were met");
  const results = [await blocking.stop(), await fickle.stop()];
  assert.deepEqual(
    results.map(({ other }) => other),
    [[], []],
    "EAGAIN is all that a writer ever sees",
  );
  assert.equal(results[0]?.again, 0);
  for (const { opened, longestMs } of results)
    assert.ok(opened > 100 && longestMs < 1_000, `${opened}, ${longestMs} ms`);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`${signal} during a run: 130 with the report, nothing staged, every file here or there; then the rest`, async () => {
    using dir = scratch("program");
    mkdirSync(`${dir.path}/warm`);
    for (let index = 0; index < 60; index++) oldFile(`${dir.path}/hot/${index}`, randomBytes(2 ** 20), 100 - index);
    const before = contentBelow(`${dir.path}/hot`);
    const program = await openMemoryProgram(dir.path);
    const child = program.start("run", "--json");
    const ending = endOf(child);
    await until(() => stagedBelow(`${dir.path}/warm`).length > 0);
    child.kill(signal);
    const { exitCode, stdout } = await ending;
    const report = JSON.parse(stdout) as { status: string; jobs: { stoppedBy: string }[] };
    assert.deepEqual([exitCode, report.status, report.jobs[0]?.stoppedBy], [130, "interrupted", "signal"]);
    assert.deepEqual(stagedBelow(`${dir.path}/warm`), []);
    checkWhole(dir.path, before);
    assert.notDeepEqual(filesBelow(`${dir.path}/hot`), []);
    assert.equal((await program.run()).exitCode, 0);
    assert.deepEqual(filesBelow(`${dir.path}/hot`), []);
    checkWhole(dir.path, before);
  });
}

test("a second signal ends it at once; the next run repairs", async () => {
  using dir = scratch("program");
  mkdirSync(`${dir.path}/warm`);
  for (let index = 0; index < 60; index++) oldFile(`${dir.path}/hot/${index}`, randomBytes(2 ** 20));
  const before = contentBelow(`${dir.path}/hot`);
  const program = await openMemoryProgram(dir.path);
  const child = program.start("run");
  const ending = endOf(child);
  await until(() => stagedBelow(`${dir.path}/warm`).length > 3);
  child.kill("SIGTERM");
  child.kill("SIGINT");
  assert.equal((await ending).exitCode, 130);
  checkWhole(dir.path, before);
  assert.equal((await program.run()).exitCode, 0);
  checkWhole(dir.path, before);
  assert.deepEqual([filesBelow(`${dir.path}/hot`), stagedBelow(`${dir.path}/warm`)], [[], []]);
});

function openMemoryProgram(directory: string) {
  return openProgram({
    directory,
    source: `${directory}/hot`,
    warm: `${directory}/warm`,
    tierKeys: { directory: true },
  });
}

/** Each file, with its content, lies at the source or on the tier. */
function checkWhole(directory: string, before: ReadonlyMap<string, string>): void {
  const here = contentBelow(`${directory}/hot`);
  const there = contentBelow(`${directory}/warm`);
  for (const [path, hash] of before) assert.equal(there.get(`jts-1/logs/${path}`) ?? here.get(path), hash, path);
}

interface Hammered {
  readonly opened: number;
  readonly again: number;
  readonly other: readonly string[];
  readonly longestMs: number;
}

/** Another process that opens a file for writing and closes it, over and over. */
function hammer(path: string, flags: string): AsyncDisposable & { readonly stop: () => Promise<Hammered> } {
  const script = `
import errno, json, os, select, sys, time
opened = again = 0
other, longest = [], 0
while not select.select([sys.stdin], [], [], 0)[0]:
    for _ in range(200):
        begun = time.monotonic()
        try:
            os.close(os.open(sys.argv[1], os.${flags}))
            opened += 1
        except OSError as error:
            if error.errno == errno.EAGAIN: again += 1
            else: other.append(str(error))
        longest = max(longest, time.monotonic() - begun)
print(json.dumps({"opened": opened, "again": again, "other": other[:3], "longestMs": longest * 1000}))`;
  const child = spawn("python3", ["-c", script, path], { stdio: ["pipe", "pipe", "inherit"] });
  const stop = async () => {
    child.stdin.end();
    return JSON.parse((await endOf(child)).stdout) as Hammered;
  };
  const end = async () => {
    if (child.exitCode !== null) return;
    child.kill();
    await once(child, "exit");
  };
  return { stop, [Symbol.asyncDispose]: end };
}
