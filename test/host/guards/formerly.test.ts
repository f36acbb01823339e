import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { scratch } from "../../support/scratch.ts";
import { type Guarded, move, oldFiles, openGuarded } from "./program.ts";

/** Two files have gone from `log` to `warm`. */
async function afterFirstRun(directory: string): Promise<Guarded> {
  oldFiles(`${directory}/log`, 2, 100);
  const tiers = { warm: `${directory}/warm` };
  const program = await openGuarded({ directory, tiers, rest: move("logs", `${directory}/log`, "warm") });
  await program.run();
  return program;
}

test("a job that was renamed keeps its approval and what it has stored; without formerly it is a new one", async () => {
  using dir = scratch("formerly");
  const program = await afterFirstRun(dir.path);
  oldFiles(`${dir.path}/log`, 1, 300);
  const config = readFileSync(program.file, "utf8");

  writeFileSync(program.file, config.replace('name = "logs"', 'name = "daily"'));
  const stranger = await program.run();
  assert.deepEqual([stranger.exitCode, stranger.job("daily").errors[0]?.code], [5, "NOT_APPROVED"]);
  const warned = await program.call("config", "check");
  assert.deepEqual(
    [warned.exitCode, /logs +warning: a job of this name was approved once/.test(warned.stdout)],
    [0, true],
  );

  writeFileSync(program.file, config.replace('name = "logs"', 'name = "daily"\nformerly = ["logs"]'));
  assert.deepEqual((await program.run()).job("daily").outcomes, { moved: 1 });
  assert.match((await program.call("jobs")).stdout, /^daily [\s\S]* approved .*\n {2}last: ok .* moved 1 file/);
  assert.doesNotMatch((await program.call("config", "check")).stdout, /approved once/);
  const found = await program.call("find", `${dir.path}/log/f1`, "--json");
  assert.equal((JSON.parse(found.stdout) as { placements: { job: string }[] }).placements[0]?.job, "logs");
  assert.equal((await program.call("restore", `${dir.path}/log/f1`)).exitCode, 0);
});

test("a host that was renamed still finds and restores what it stored under its old name", async () => {
  using dir = scratch("host");
  const program = await afterFirstRun(dir.path);
  const config = readFileSync(program.file, "utf8");
  writeFileSync(program.file, config.replace('host = "jts-1"', 'host = "jts-2"\nformerly = ["jts-1"]'));
  oldFiles(`${dir.path}/log`, 1, 300);
  assert.deepEqual((await program.run()).job("logs").outcomes, { moved: 1 });
  assert.equal((await program.call("restore", `${dir.path}/log/f1`)).exitCode, 0);
  assert.deepEqual(readFileSync(`${dir.path}/log/f1`), Buffer.alloc(100, "1 "));
});
