import assert from "node:assert/strict";
import { test } from "node:test";
import type { Outcome } from "../jobs/job.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { PlannedJob } from "./job-messages.ts";
import { tallyJob } from "./job-report.ts";

const end = { status: undefined, stoppedBy: null, seconds: 1, stageSeconds: {}, pausedMs: 0 } as const;

function outcome(result: Outcome["result"], keys: Partial<Outcome> = {}): Outcome {
  return { path: "a.log" as RawPath, result, sizeBytes: 100, storedBytes: 10, ...keys };
}

function planned(files: number, kept: Readonly<Record<string, number>> = {}): PlannedJob {
  const counts = Object.entries(kept).map(([code, count]) => [code, { count, examples: [] }]);
  return { totals: { files, bytes: files * 100 }, warnings: [], kept: Object.fromEntries(counts) } as never;
}

test("what was moved is added up; what was left is what remains", () => {
  const tally = tallyJob({ name: "logs", kind: "move" });
  tally.planned(planned(4));
  tally.outcomes([outcome("moved"), outcome("moved")]);
  tally.outcomes([outcome("vanished", { storedBytes: 0 })]);
  const report = tally.finish({ ...end, stoppedBy: "signal" });
  assert.deepEqual(report.outcomes, { moved: 2, vanished: 1 });
  assert.deepEqual([report.bytesRead, report.bytesWritten], [200, 20]);
  assert.deepEqual(report.remaining, { files: 1, bytes: 100, nights: 1 });
});

test("what max_move left, and what is copied of a set, count for the nights to come", () => {
  const capped = tallyJob({ name: "logs", kind: "move" });
  const plan = planned(2);
  capped.planned({ ...plan, totals: { ...plan.totals, overCap: { files: 5, bytes: 500 } } });
  capped.outcomes([outcome("moved"), outcome("moved")]);
  assert.deepEqual(capped.finish(end).remaining, { files: 5, bytes: 500, nights: 3 });
  const begun = tallyJob({ name: "backups", kind: "move" });
  begun.planned(planned(10));
  begun.outcomes([outcome("begun", { files: 0, sizeBytes: 400, storedBytes: 0 })]);
  const { outcomes, remaining } = begun.finish({ ...end, stoppedBy: "stop_after" });
  assert.deepEqual([outcomes, remaining], [{ begun: 1 }, { files: 10, bytes: 600, nights: 2 }]);
});

test("what comes right by itself is no trouble; what a person should look at makes it partial", () => {
  for (const result of ["vanished", "changed-while-copying", "open-for-writing", "too-young"] as const) {
    const tally = tallyJob({ name: "logs", kind: "move" });
    tally.outcomes([outcome(result)]);
    assert.equal(tally.finish(end).status, "ok", result);
  }
  for (const result of ["failed", "no-room", "name-taken", "kept-at-source", "rescued", "open-unknown"] as const) {
    const tally = tallyJob({ name: "logs", kind: "move" });
    tally.outcomes([outcome("moved"), outcome(result)]);
    const report = tally.finish(end);
    assert.equal(report.status, "partial", result);
    assert.equal(report.errors[0]?.path, "a.log");
    assert.notEqual(report.errors[0]?.hint, null);
  }
});

test("a full disk is told as the one that it is: the tier's, or that of the thing itself", () => {
  const hintOf = (result: Outcome["result"]) => {
    const tally = tallyJob({ name: "scratch", kind: "clean" });
    tally.outcomes([outcome(result, { code: "ENOSPC" })]);
    return tally.finish(end).errors[0]?.hint ?? "";
  };
  assert.match(hintOf("no-room"), /on the tier/);
  assert.match(hintOf("failed"), /the file system that it lies on is full/);
});

test("too many open files: what is to be raised", () => {
  const tally = tallyJob({ name: "logs", kind: "move" });
  tally.outcomes([outcome("failed", { code: "EMFILE" })]);
  assert.match(tally.finish(end).errors[0]?.hint ?? "", /LimitNOFILE=/);
});

test("files that the plan could not even read make it partial", () => {
  const tally = tallyJob({ name: "logs", kind: "move" });
  tally.planned(planned(0, { unreadable: 2, "too-young": 5 }));
  const report = tally.finish(end);
  assert.deepEqual([report.status, report.outcomes], ["partial", { unreadable: 2 }]);
});

test("a million failures are counted, and a hundred told", () => {
  const tally = tallyJob({ name: "logs", kind: "move" });
  for (let index = 0; index < 300; index++) tally.outcomes([outcome("failed", { code: "EIO", message: "read" })]);
  const report = tally.finish(end);
  assert.equal(report.outcomes.failed, 300);
  assert.equal(report.errors.length, 100);
  assert.deepEqual([report.errors[0]?.code, report.errors[0]?.message], ["EIO", "read"]);
});

test("a name that is not UTF-8 is told exactly", () => {
  const tally = tallyJob({ name: "logs", kind: "move" });
  tally.outcomes([outcome("failed", { path: "b\xff" as RawPath })]);
  const [error] = tally.finish(end).errors;
  assert.deepEqual([error?.path, error?.pathBase64], ["b\\xff", "Yv8="]);
});

test("the bottleneck is the stage that took longest, if any took time", () => {
  const of = (stageSeconds: Readonly<Record<string, number>>) =>
    tallyJob({ name: "logs", kind: "move" }).finish({ ...end, stageSeconds }).bottleneck;
  assert.equal(of({ scan: 1, verify: 3, sync: 2 }), "verify");
  assert.equal(of({ scan: 0 }), null);
  assert.equal(of({}), null);
});

test("what recovery did, and what it could not do, is in the report", () => {
  const tally = tallyJob({ name: "logs", kind: "move" });
  const problem = { path: "x" as RawPath, code: "EIO", message: "lost", hint: "look" };
  tally.recovered({ finished: 2, dropped: 1, runs: ["r1"], strangers: [], problems: [problem] } as never);
  const report = tally.finish(end);
  assert.deepEqual(report.recovered, { finished: 2, dropped: 1, runs: ["r1"] });
  assert.deepEqual([report.status, report.errors[0]?.code], ["partial", "EIO"]);
});
