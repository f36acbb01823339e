import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { scratch } from "../../test/support/scratch.ts";
import { lockJob } from "./lock.ts";

const holder = { pid: 4_242, since: "2026-11-23T04:15:00.000Z", run: "20261123T041500Z-7f3a" };

test("M23: a lock is its job's alone, says who holds it, and is free when it is let go", async () => {
  using dir = scratch("lock");
  const first = await lockJob({ stateDir: dir.path, job: "logs", holder });
  using _other = await lockJob({ stateDir: dir.path, job: "backups", holder });
  assert.deepEqual(JSON.parse(readFileSync(`${dir.path}/locks/logs.lock`, "utf8")), holder);
  first[Symbol.dispose]();
  using _again = await lockJob({ stateDir: dir.path, job: "logs", holder: { ...holder, pid: 1 } });
  assert.equal((JSON.parse(readFileSync(`${dir.path}/locks/logs.lock`, "utf8")) as typeof holder).pid, 1);
  assert.equal(statSync(`${dir.path}/locks`).mode & 0o777, 0o700);
});

test("M23: who waits gets it as soon as it is let go", async () => {
  using dir = scratch("lock");
  const first = await lockJob({ stateDir: dir.path, job: "logs", holder });
  const waiting = lockJob({ stateDir: dir.path, job: "logs", holder });
  first[Symbol.dispose]();
  (await waiting)[Symbol.dispose]();
});

test("M23: what a dead process left in the file holds nobody up, nor does half a line", async () => {
  using dir = scratch("lock");
  (
    await lockJob({
      stateDir: dir.path,
      job: "logs",
      holder: { ...holder, run: "a run with a very long name".repeat(50) },
    })
  )[Symbol.dispose]();
  writeFileSync(`${dir.path}/locks/logs.lock`, '{"pid":1,"si');
  using _lock = await lockJob({ stateDir: dir.path, job: "logs", holder });
  assert.deepEqual(JSON.parse(readFileSync(`${dir.path}/locks/logs.lock`, "utf8")), holder);
});

test("M23: a run that began under a name that the job had before holds the job", async () => {
  using dir = scratch("lock");
  const before = await lockJob({ stateDir: dir.path, job: "logs", holder });
  const request = { stateDir: dir.path, job: "daily", formerly: ["logs", "daily"], holder, waitMs: 0 };
  await assert.rejects(lockJob(request), /logs is being done already, by pid 4242/);
  before[Symbol.dispose]();
  (await lockJob(request))[Symbol.dispose]();
  (await lockJob(request))[Symbol.dispose]();
});
