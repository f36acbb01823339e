import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeTerminal } from "../../test/support/terminal.ts";
import type { JobError, JobReport } from "../reports/run.ts";
import { jobReportLines } from "./run-screen.ts";

test("an error names its path once", () => {
  const told = (error: Pick<JobError, "path" | "message">) => linesOf([{ code: "EIO", hint: null, ...error }]);
  assert.deepEqual(told({ path: "/mnt/warm", message: "EIO: syncfs on /mnt/warm" }), [
    "      WARN EIO: syncfs on /mnt/warm [EIO]",
  ]);
  assert.deepEqual(told({ path: "/mnt/warm", message: "EIO: mkdirat on staging" }), [
    "      WARN /mnt/warm: EIO: mkdirat on staging [EIO]",
  ]);
  assert.deepEqual(told({ path: "a", message: "failed" }), ["      WARN a: failed [EIO]"]);
});

/** What stands below the job's own line. */
function linesOf(errors: readonly JobError[]): readonly string[] {
  const report = {
    name: "logs",
    status: "partial",
    outcomes: {},
    seconds: 0,
    stageSeconds: {},
    bottleneck: null,
    stoppedBy: null,
    pausedMs: 0,
    remaining: { files: 0, bytes: 0 },
    recovered: { finished: 0, dropped: 0, runs: [] },
    warnings: [],
    errors,
  } as unknown as JobReport;
  return jobReportLines(fakeTerminal(), report, 2).split("\n").slice(1);
}
