import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { needsRoot } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { mountTmpfs } from "../../support/tmpfs-mount.ts";
import { oldFile } from "./files.ts";
import { openProgram } from "./program.ts";

const skip = needsRoot;
const bin = new URL("../../../bin/tierkeep", import.meta.url).pathname;

/** As a systemd unit with its own mount over the source; `exec` keeps the process id that systemd told. */
function underUnit(config: string, source: string) {
  const hide = `mount -t tmpfs none ${source}`;
  const tell = "INVOCATION_ID=0123 SYSTEMD_EXEC_PID=$$";
  const script = `${hide} && exec env ${tell} ${bin} --config ${config} run --json`;
  return spawnSync("unshare", ["-m", "--propagation", "private", "sh", "-c", script], { encoding: "utf8" });
}

test("C9: a service that sees another mount than the machine does refuses (exit 5) and touches nothing", {
  skip,
}, async () => {
  await using warm = await mountTmpfs({ sizeMiB: 32 });
  using dir = scratch("hidden");
  oldFile(`${dir.path}/hot/a.1`, "kept");
  const program = await openProgram({ directory: dir.path, source: `${dir.path}/hot`, warm: warm.path });
  const hidden = underUnit(`${dir.path}/tierkeep.toml`, `${dir.path}/hot`);
  assert.equal(hidden.status, 5, hidden.stdout + hidden.stderr);
  const { jobs } = JSON.parse(hidden.stdout) as { jobs: { errors: { code: string; hint: string }[] }[] };
  assert.equal(jobs[0]?.errors[0]?.code, "hidden-mount");
  assert.match(jobs[0]?.errors[0]?.hint ?? "", /PrivateTmp/);
  assert.equal(readFileSync(`${dir.path}/hot/a.1`, "utf8"), "kept");
  const { exitCode, report } = await program.run();
  assert.deepEqual([exitCode, report.jobs[0]?.outcomes], [0, { moved: 1 }], "without the mount it goes on");
});
