import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { RunReport } from "../../src/reports/run.ts";
import { needsRoot } from "../support/loop-mount.ts";
import { makeScene } from "../support/scene.ts";
import { checkAllMoved, checkNothingLost, reportOf } from "../support/scene-checks.ts";

test("M11: what a tier as a whole refuses is told with the tier's path", { skip: needsRoot }, async () => {
  await using scene = await makeScene({ tiny: 5 });
  for (const [call, message] of [
    ["syncfs", `EIO: syncfs on ${scene.warm}`],
    ["mkdirat", "EIO: mkdirat on manifests"],
  ] as const) {
    const injection = { call, occurrence: 1, deed: { error: "EIO" } };
    const paths = call === "mkdirat" ? [`${scene.warm}/.tierkeep`] : [];
    const failed = await scene.traced("job", { calls: [call], paths, injection }, ["run", "--json"]);
    equal(failed.exitCode, 3, failed.stderr);
    const [job] = reportOf<RunReport>(failed).jobs;
    deepEqual([job?.status, job?.stoppedBy], ["partial", "EIO"]);
    const [error] = job?.errors ?? [];
    deepEqual([error?.path, error?.code, error?.message], [scene.warm, "EIO", message]);
    checkNothingLost(scene);
  }
  equal((await scene.tierkeep("run")).exitCode, 0);
  checkAllMoved(scene);
});
