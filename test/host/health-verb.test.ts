import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { runHealth, startHealth, tierOf } from "../support/health.ts";
import { scratch } from "../support/scratch.ts";

const shm = { filesystems: ["/dev/shm"], warnRatio: 1, criticalRatio: 1 };

test("--nagios is one line with performance data", async () => {
  using dir = scratch("health");
  const warned = tierOf("hot", { ...shm, filesystems: ["/"], warnRatio: 0, criticalRatio: 1 });
  const { stdout, exitCode } = await runHealth({ directory: dir.path, tiers: [warned], args: ["--nagios"] });
  const line =
    /^TIERKEEP WARNING - hot: \/ is \d+ % full \(warning at 0 %\).* \| hot_used=[\d.]+%;0;100 hot_latency=[\d.]+ms\n$/;
  assert.match(stdout, line);
  assert.equal(exitCode, 1);
});

test("exit 3 for every failure to judge: usage, configuration, a bug", async () => {
  using dir = scratch("health");
  const call = { directory: dir.path, tiers: [tierOf("hot", shm)] };
  const misused = await runHealth({ ...call, args: ["--nagios", "--json"] });
  assert.deepEqual([misused.exitCode, misused.stdout], [3, ""]);
  const unknown = await runHealth({ ...call, args: ["--nosuch"] });
  assert.deepEqual([unknown.exitCode, unknown.stdout], [3, ""]);
  const missing = await runHealth({ ...call, args: ["--nagios", "--config", `${dir.path}/nosuch.json`] });
  assert.equal(missing.exitCode, 3);
  assert.match(missing.stdout, /^TIERKEEP UNKNOWN - ENOENT.*\n$/);
});

test("no tier at all is well, and a runtime directory that cannot be made is no hindrance", async () => {
  using dir = scratch("health");
  writeFileSync(`${dir.path}/run`, "a file where the directory should be");
  const { stdout, exitCode } = await runHealth({ directory: dir.path, tiers: [tierOf("hot", shm)] });
  assert.equal(exitCode, 0);
  assert.match(stdout, /^jts-1 - all well\n/);
});

test("--watch draws in place, ends with the signal, and leaves nothing behind", async () => {
  using dir = scratch("health");
  const child = startHealth({ directory: dir.path, tiers: [tierOf("hot", shm)], args: ["--watch"], looks: "colour" });
  let stdout = "";
  const { promise, resolve } = Promise.withResolvers<void>();
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
    if (stdout.includes("Ctrl-C ends")) resolve();
  });
  await promise;
  child.kill("SIGINT");
  const [exitCode] = (await once(child, "close")) as [number | null];
  assert.equal(exitCode, 0);
  assert.ok(stdout.startsWith("\x1b[?1049h"), "the screen that was there is put aside");
  assert.ok(stdout.endsWith("\x1b[?25h\x1b[?1049l"), "and comes back, with its cursor");
});

test("--watch --json is one document a line", async () => {
  using dir = scratch("health");
  const child = startHealth({ directory: dir.path, tiers: [tierOf("hot", shm)], args: ["--watch", "--json"] });
  const [chunk] = (await once(child.stdout ?? child, "data")) as [Buffer];
  child.kill("SIGTERM");
  await once(child, "close");
  assert.equal(JSON.parse(chunk.toString()).schema, "tierkeep.health/1");
});
