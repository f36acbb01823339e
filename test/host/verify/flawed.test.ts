import { deepEqual, equal, match } from "node:assert/strict";
import { copyFileSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import type { FindReport } from "../../../src/reports/find.ts";
import type { HealthReport } from "../../../src/reports/health.ts";
import type { VerifyReport } from "../../../src/reports/verify.ts";
import { type Scratch, scratch } from "../../support/scratch.ts";
import { type Guarded, move, oldFiles, openGuarded } from "../guards/program.ts";

const files = 10;

async function movedTo({ path }: Scratch, ...tiers: readonly string[]): Promise<Guarded> {
  for (const tier of tiers) oldFiles(`${path}/for-${tier}`, files, 1_000);
  const program = await openGuarded({
    directory: path,
    tiers: Object.fromEntries(tiers.map((tier) => [tier, `${path}/${tier}`])),
    top: 'restore_grace = "1s"',
    rest: tiers.map((tier) => move(`to-${tier}`, `${path}/for-${tier}`, tier)).join(""),
  });
  equal((await program.run()).exitCode, 0);
  return program;
}

function storedAt({ path }: Scratch, tier: string, index: number): string {
  return `${path}/${tier}/jts-1/to-${tier}/f${index}`;
}

async function storedFindings({ call }: Guarded): Promise<readonly string[]> {
  const { findings } = JSON.parse((await call("health", "--json")).stdout) as HealthReport;
  return findings.map(({ id }) => id).filter((id) => id.startsWith("stored-"));
}

test("what is wrong was read, too: samples go on to the others, and it is not overdue", async () => {
  using dir = scratch("verify-flawed");
  const { call } = await movedTo(dir, "warm");
  for (const index of [0, 1, 2]) rmSync(storedAt(dir, "warm", index));
  const exits: (number | null)[] = [];
  for (let round = 0; round < files; round++) exits.push((await call("verify", "--sample", "10%")).exitCode);
  // Which of them come first nobody promises.
  deepEqual(exits.sort(), [0, 0, 0, 0, 0, 0, 0, 13, 13, 13]);
  const { placements } = JSON.parse((await call("find", "/", "--json")).stdout) as FindReport;
  equal(placements.filter(({ verifiedAt, movedAt }) => verifiedAt > movedAt).length, 7);
});

test("a version that a run has stored anew under its name is mended, without a verify", async () => {
  using dir = scratch("verify-anew");
  const program = await movedTo(dir, "warm");
  const stored = storedAt(dir, "warm", 0);
  const source = `${dir.path}/for-warm/f0`;
  copyFileSync(stored, source);
  const { atime, mtime } = statSync(stored);
  utimesSync(source, atime, mtime);
  rmSync(stored);
  equal((await program.call("verify")).exitCode, 13);
  deepEqual(await storedFindings(program), ["stored-missing"]);
  equal((await program.run()).job("to-warm").outcomes.moved, 1);
  deepEqual(await storedFindings(program), []);
  equal((JSON.parse((await program.call("verify", "--json")).stdout) as VerifyReport).status, "ok");
});

test("what lies on a tier that the configuration has lost is not passed over", async () => {
  using dir = scratch("verify-stranded");
  const program = await movedTo(dir, "warm", "cold");
  const whole = readFileSync(program.file, "utf8");
  writeFileSync(
    program.file,
    whole.replace(/\[tiers\.cold\][^[]*/, "").replace(/\[\[move\]\]\nname = "to-cold"[^[]*/, ""),
  );
  const { exitCode, stdout } = await program.call("verify", "--json");
  const { status, tiers } = JSON.parse(stdout) as VerifyReport;
  deepEqual([exitCode, status], [3, "partial"]);
  deepEqual(
    tiers.map(({ tier, files: read, error }) => [tier, read, error?.code]),
    [
      ["warm", files, undefined],
      ["cold", 0, "TIER_UNAVAILABLE"],
    ],
  );
  equal((await program.call("verify", "cold")).exitCode, 10);
  equal((await program.call("verify", "to-cold")).exitCode, 10);
  const check = await program.call("catalog", "check");
  equal(check.exitCode, 3);
  match(check.stdout, /cold is not in the configuration any more/);
  equal((await program.call("tier", "forget", "cold", "--yes")).exitCode, 0);
  equal((await program.call("verify")).exitCode, 0);
  equal((await program.call("catalog", "check")).exitCode, 0);
});
