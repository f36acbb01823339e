import assert from "node:assert/strict";
import { test } from "node:test";
import { type JobStatus, type RunReport, sharedStatus } from "../reports/run.ts";
import { exitCodeOfRun } from "./run.ts";

/** Jobs as `status` or `status:CODE`. */
function exitOf(...jobs: readonly string[]): number {
  const made = jobs.map((job) => {
    const [status, code] = job.split(":");
    const errors = code === undefined ? [] : [{ path: "", code, message: "", hint: null }];
    return { status: status as JobStatus, errors };
  });
  return exitCodeOfRun({ status: sharedStatus(made), jobs: made } as unknown as RunReport);
}

test("0 when all is done, also when there was nothing to do", () => {
  assert.equal(exitOf(), 0);
  assert.equal(exitOf("ok", "ok"), 0);
});

test("5, 10 and 11 only when that is the reason for every job", () => {
  assert.equal(exitOf("refused:NOT_APPROVED"), 5);
  assert.equal(exitOf("refused:NOT_APPROVED", "refused:source-changed"), 5);
  assert.equal(exitOf("unavailable:TIER_UNAVAILABLE", "unavailable:TIER_IDENTITY"), 10);
  assert.equal(exitOf("busy:BUSY"), 11);
  assert.equal(exitOf("refused:NOT_APPROVED", "busy:BUSY"), 3);
  assert.equal(exitOf("ok", "unavailable:TIER_UNAVAILABLE"), 3);
});

test("3 for what is done in part, whatever the system call said", () => {
  assert.equal(exitOf("partial:ENOSPC"), 3);
  assert.equal(exitOf("failed:SOURCE_MISSING"), 3);
  assert.equal(exitOf("failed:JOB_DIED", "ok"), 3);
});

test("13 before 12 before 3", () => {
  assert.equal(exitOf("partial:STORED_DAMAGED", "failed:EXTERNAL", "ok"), 13);
  assert.equal(exitOf("failed:STATE_DIR", "ok", "refused:NOT_APPROVED"), 12);
});

test("1 for a bug, whatever else there was", () => {
  assert.equal(exitOf("failed:BUG", "ok"), 1);
  assert.equal(exitOf("failed:BUG", "partial:STORED_DAMAGED", "interrupted"), 1);
});

test("130 when it was interrupted, whatever else there was", () => {
  assert.equal(exitOf("interrupted", "not-started"), 130);
  assert.equal(exitOf("ok", "not-started"), 130);
  assert.equal(exitOf("partial:STORED_DAMAGED", "interrupted"), 130);
});
