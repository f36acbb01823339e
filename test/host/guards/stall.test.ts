import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { mountBindfs } from "../../support/bindfs.ts";
import { needsRoot } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { endOf, until } from "../moves/program.ts";
import { move, oldFiles, openGuarded, ranOf } from "./program.ts";

const skip = needsRoot;

/** Slow enough to be caught in the middle. */
const slowly = '[limits]\nwrite_rate = "1MiB/s"\n';

/** `logs` moves to the NAS while `reports` moves to a tier that is well. */
async function hangingScene(dir: string, { source, nas }: { source: string; nas: string }) {
  oldFiles(source, 300, 8_192);
  oldFiles(`${dir}/report`, 3, 100);
  return await openGuarded({
    directory: dir,
    top: 'stall_timeout = "2s"',
    tiers: { nas, warm: `${dir}/warm` },
    // FUSE has no leases, so files would have to settle for an hour.
    rest: `${slowly}${move("logs", source, "nas")}settled_for = "0s"\n${move("reports", `${dir}/report`, "warm")}`,
  });
}

function stagedFiles(behind: string): number {
  return readdirSync(`${behind}/.tierkeep`, { recursive: true }).filter((path) => String(path).includes("staging/"))
    .length;
}

test("a tier that stops answering in the middle of a move takes one job with it; the next run repairs", {
  skip,
}, async () => {
  using dir = scratch("stall");
  using behind = scratch("behind");
  await using nas = await mountBindfs(behind.path);
  const program = await hangingScene(dir.path, { source: `${dir.path}/log`, nas: nas.path });
  const running = program.start("run", "--json");
  const ended = endOf(running);
  await until(() => stagedFiles(behind.path) > 10);
  process.kill(nas.pid, "SIGSTOP");
  const hung = ranOf(await ended);
  assert.equal(hung.exitCode, 3);
  assert.deepEqual([hung.job("logs").status, hung.job("logs").errors[0]?.code], ["failed", "JOB_STALLED"]);
  assert.match(hung.job("logs").errors[0]?.message ?? "", /^logs made no progress for 2 s: nas does not answer; it /);
  assert.deepEqual([hung.job("reports").status, hung.job("reports").outcomes], ["ok", { moved: 3 }]);

  const skipped = await program.run("logs");
  assert.deepEqual([skipped.exitCode, skipped.job("logs").status], [10, "unavailable"]);

  process.kill(nas.pid, "SIGCONT");
  await until(() => stagedFiles(behind.path) > 0);
  const repaired = await program.run("logs");
  const { outcomes, recovered } = repaired.job("logs");
  assert.equal(repaired.exitCode, 0, JSON.stringify(repaired.job("logs").errors));
  assert.equal((outcomes.moved ?? 0) + recovered.finished, 300);
  assert.deepEqual(readdirSync(`${dir.path}/log`), []);
});

test("M35: a child that cannot die is left behind; the run ends, and the next one is busy until it is gone", {
  skip,
}, async () => {
  using dir = scratch("stuck");
  using behind = scratch("behind");
  await using inner = await mountBindfs(behind.path);
  // Whatever is asked of it is taken up, and then waits where no signal reaches; one thread would leave the rest waiting
  // where a signal does.
  await using source = await mountBindfs(inner.path, ["--multithreaded"]);
  const program = await hangingScene(dir.path, { source: source.path, nas: `${dir.path}/nas` });
  const ended = endOf(program.start("run", "--json"));
  await until(() => stagedFiles(`${dir.path}/nas`) > 10);
  process.kill(inner.pid, "SIGSTOP");
  const hung = ranOf(await ended);
  const message = hung.job("logs").errors[0]?.message ?? "";
  assert.equal(hung.exitCode, 3);
  assert.match(message, /it cannot be ended: pid \d+ is stuck in the kernel \(state D\)/);
  assert.equal(hung.job("reports").status, "ok");
  const pid = /pid (\d+)/.exec(message)?.[1] ?? "";

  // As an operator would mend it, while the old child still waits for what is gone.
  mountInstead(source.path, behind.path);
  const beside = await program.run("logs");
  assert.deepEqual([beside.exitCode, beside.job("logs").status], [11, "busy"]);
  assert.ok(beside.job("logs").errors[0]?.message.includes(`by pid ${pid}, which is stuck in the kernel (state D)`));

  process.kill(inner.pid, "SIGCONT");
  await until(() => !readdirSync("/proc").includes(pid));
  mountInstead(source.path, inner.path);
  const repaired = await program.run("logs");
  assert.equal(repaired.exitCode, 0, JSON.stringify(repaired.job("logs").errors));
  assert.deepEqual(readdirSync(source.path), []);
});

function mountInstead(path: string, shown: string): void {
  execFileSync("umount", ["-l", path]);
  execFileSync("bindfs", [shown, path]);
}
