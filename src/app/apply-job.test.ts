import assert from "node:assert/strict";
import { test } from "node:test";
import { scratch } from "../../test/support/scratch.ts";
import { openCatalog } from "../catalog/catalog.ts";
import type { Job, Outcome, Plan } from "../jobs/job.ts";
import { unpaced } from "../jobs/pacer.ts";
import { openReserve } from "../jobs/reserve.ts";
import { OperatorError } from "../lib/errors.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { JobReport } from "../reports/run.ts";
import { applyJob } from "./apply-job.ts";
import { fingerprintOf } from "./approval.ts";

test("a temporary file that fails half-way ends the job with what was done, and with its own hint", async () => {
  const report = await reportOf(new OperatorError("TEMP_FILE", "it is full"));
  assert.deepEqual([report.status, report.stoppedBy, report.outcomes], ["partial", "TEMP_FILE", { moved: 1 }]);
  const hint = "make room in /var/tmp, or name another directory in TMPDIR; then run again";
  assert.deepEqual(report.errors, [{ path: "", code: "TEMP_FILE", message: "it is full", hint }]);
});

test("what the catalog's disk refuses points at state_dir", async () => {
  const report = await reportOf(Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR" }));
  assert.match(report.errors[0]?.hint ?? "", /state_dir/);
});

test("a bug is no report", async () => {
  await assert.rejects(reportOf(new TypeError("undefined is not a function")), TypeError);
});

test("M5, C9: what a dead run left waits until the source is mounted that was approved", async () => {
  using state = scratch("apply-job");
  using catalog = openCatalog(state.path);
  const place = { path: "/scratch", filesystemType: "xfs", filesystemId: "a", mountPoint: "/scratch" };
  const rule = JSON.stringify({ source: place });
  catalog.decisions.saveApproval({
    job: "logs",
    rule,
    fingerprint: fingerprintOf(rule),
    approvedAtMs: 0,
    approvedBy: "ops",
  });
  let recoveries = 0;
  const applyOn = async (source: object) => {
    const job = jobThatMeets(new OperatorError("TEMP_FILE", "it is full"));
    const recover = () => {
      recoveries += 1;
      return job.recover();
    };
    const clock = { now: () => 0, elapsed: () => 0 };
    const doors = { pid: 1, clock, signal: new AbortController().signal, send: () => Promise.resolve() };
    const judging = { catalog, formerly: [], guard: undefined };
    const applying = { catalog, judging, doors, pacer: unpaced, reserve: openReserve(state.path, false), begun: 0 };
    return await applyJob({ ...job, recover, rule: JSON.stringify({ source }) }, applying);
  };
  const refused = await applyOn({ ...place, filesystemType: "ext4", filesystemId: "b", mountPoint: "/" });
  assert.deepEqual([refused.errors[0]?.code, recoveries], ["source-changed", 0]);
  await applyOn(place);
  assert.equal(recoveries, 1);
});

/** Of a job that moves one file of two, and then meets this. */
async function reportOf(failure: unknown): Promise<JobReport> {
  using state = scratch("apply-job");
  using catalog = openCatalog(state.path);
  const approval = { job: "logs", rule: "{}", fingerprint: fingerprintOf("{}"), approvedAtMs: 0, approvedBy: "ops" };
  catalog.decisions.saveApproval(approval);
  const clock = { now: () => 0, elapsed: () => 0 };
  const doors = { pid: 1, clock, signal: new AbortController().signal, send: () => Promise.resolve() };
  const judging = { catalog, formerly: [], guard: undefined };
  const reserve = openReserve(state.path, false);
  return await applyJob(jobThatMeets(failure), { catalog, judging, doors, pacer: unpaced, reserve, begun: 0 });
}

function jobThatMeets(failure: unknown): Job {
  const plan: Plan = {
    totals: { files: 2, bytes: 2, oldestMs: 0 },
    kept: {},
    errors: [],
    warnings: [],
    refusal: undefined,
    steps: () => [],
    [Symbol.dispose]: () => {},
  };
  const moved: Outcome = { path: "a" as RawPath, result: "moved", sizeBytes: 1, storedBytes: 1 };
  return {
    name: "logs",
    kind: "move",
    writesTo: [],
    recover: () => Promise.resolve({ finished: 0, dropped: 0, runs: [], strangers: [], problems: [] }),
    rule: "{}",
    look: () => undefined,
    plan: () => Promise.resolve(plan),
    apply: async function* () {
      yield [moved];
      throw failure;
    },
    stageSeconds: () => ({}),
    [Symbol.dispose]: () => {},
  };
}
