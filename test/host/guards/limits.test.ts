import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { hasCode } from "../../../src/lib/errors.ts";
import { scratch } from "../../support/scratch.ts";
import { endOf, until } from "../moves/program.ts";
import { move, oldFiles, openGuarded } from "./program.ts";

/** The tier is a directory of the same file system, which needs no root. */
async function scene(dir: string, limits: string) {
  return await openGuarded({
    directory: dir,
    tiers: { warm: `${dir}/warm` },
    rest: `[limits]\n${limits}\n${move("logs", `${dir}/log`, "warm")}`,
  });
}

test("stop_after: what is begun is finished, the rest is left, and how many nights it takes is told", async () => {
  using dir = scratch("stop");
  oldFiles(`${dir.path}/log`, 2_500, 256);
  // A thousand files are a batch, which takes 5 s at this rate.
  const program = await scene(dir.path, 'stop_after = "4s"\nwrite_rate = "50KiB/s"');
  const { exitCode, job } = await program.run();
  const { status, stoppedBy, outcomes, remaining } = job("logs");
  assert.deepEqual([exitCode, status, stoppedBy], [0, "ok", "stop_after"]);
  assert.equal((outcomes.moved ?? 0) + remaining.files, 2_500);
  assert.deepEqual(outcomes, { moved: 1_000 });
  assert.deepEqual(remaining, { files: 1_500, bytes: 1_500 * 256, nights: 2 });
  assert.equal(readdirSync(`${dir.path}/log`).length, 1_500);
});

test("write_rate holds over the whole of a job", async () => {
  using dir = scratch("rate");
  oldFiles(`${dir.path}/log`, 640, 1_024);
  const program = await scene(dir.path, 'write_rate = "128KiB/s"');
  const { job } = await program.run();
  // All but the last piece of 64 files.
  assert.ok(job("logs").seconds >= (9 * 64) / 128, `it took ${job("logs").seconds} s`);
  assert.deepEqual(job("logs").outcomes, { moved: 640 });
});

test("inside not_between a run does nothing, says so, and that is no failure; names and --now override it", async () => {
  using dir = scratch("between");
  oldFiles(`${dir.path}/log`, 3, 100);
  const program = await scene(dir.path, 'not_between = ["00:00-24:00"]');
  const { exitCode, report, job } = await program.run();
  assert.deepEqual([exitCode, report.status, job("logs").status], [0, "not-started", "not-started"]);
  assert.equal(job("logs").stoppedBy, "not_between");
  assert.match((await program.call("run")).stdout, /not_between/);
  assert.equal(readdirSync(`${dir.path}/log`).length, 3);
  assert.deepEqual((await program.run("--now")).job("logs").outcomes, { moved: 3 });
  oldFiles(`${dir.path}/log`, 2, 100);
  assert.deepEqual((await program.run("logs")).job("logs").outcomes, { moved: 2 });
});

test("a job and its threads have the disk class and the nice value of io", async () => {
  for (const [io, nice, diskClass] of [
    ["idle", 19, "idle"],
    ["best-effort", 10, "none: prio"],
  ] as const) {
    using dir = scratch("nice");
    oldFiles(`${dir.path}/log`, 200, 8_192);
    const program = await scene(dir.path, `io = "${io}"\nwrite_rate = "400KiB/s"`);
    const running = program.start("run", "--json");
    const ended = endOf(running);
    // Its first thread and two that copy.
    await until(() => threadsWithNice(running.pid ?? 0, nice).length >= 3);
    const [first = ""] = threadsWithNice(running.pid ?? 0, nice);
    assert.ok(execFileSync("ionice", ["-p", first], { encoding: "utf8" }).startsWith(diskClass));
    assert.equal((await ended).exitCode, 0);
  }
});

/** Of the processes that a process has started. */
function threadsWithNice(pid: number, nice: number): readonly string[] {
  const children = readText(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean);
  return children
    .flatMap((child) => namesIn(`/proc/${child}/task`).map((thread) => `${child}/task/${thread}`))
    .filter((path) => readText(`/proc/${path}/stat`).split(") ")[1]?.split(" ")[16] === String(nice))
    .map((path) => path.split("/").at(-1) ?? "");
}

function namesIn(path: string): readonly string[] {
  return whileThere(() => readdirSync(path)) ?? [];
}

function readText(path: string): string {
  return whileThere(() => readFileSync(path, "latin1")) ?? "";
}

/** `undefined` for what has ended meanwhile. */
function whileThere<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (hasCode(error, "ENOENT", "ESRCH")) return undefined;
    throw error;
  }
}
