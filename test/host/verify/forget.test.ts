import { deepEqual, equal, match } from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import type { FindReport } from "../../../src/reports/find.ts";
import type { TierForgetReport } from "../../../src/reports/tier.ts";
import { scratch } from "../../support/scratch.ts";
import { type Guarded, move, oldFiles, openGuarded } from "../guards/program.ts";
import { endOf, until } from "../moves/program.ts";
import { twoTiers } from "../rebuild/two-tiers.ts";

async function states({ call }: Guarded): Promise<readonly string[]> {
  const { placements } = JSON.parse((await call("find", "/", "--json")).stdout) as FindReport;
  return placements.map(({ tier, state }) => `${tier} ${state}`).sort();
}

async function succeed({ call }: Guarded, ...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await call(...args);
  equal(exitCode, 0, `${args.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

for (const how of ["forget", "replace"] as const) {
  test(`a disk that died in the middle of a run: ${how}, a new disk, and the files move there`, async () => {
    using dir = scratch(`died-${how}`);
    const warm = `${dir.path}/warm`;
    oldFiles(`${dir.path}/log`, 40, 8_192);
    const program = await openGuarded({
      directory: dir.path,
      tiers: { warm },
      rest: `[limits]\nwrite_rate = "50KiB/s"\n${move("logs", `${dir.path}/log`, "warm")}`,
    });
    const running = program.start("run");
    const ended = endOf(running);
    const staging = `${warm}/.tierkeep/staging`;
    await until(() => existsSync(staging) && readdirSync(staging, { recursive: true }).length > 4);
    running.kill("SIGKILL");
    await ended;
    rmSync(warm, { recursive: true, force: true });
    mkdirSync(warm);
    writeFileSync(program.file, readFileSync(program.file, "utf8").replace(/write_rate.*/, ""));
    if (how === "forget") await succeed(program, "tier", "forget", "warm", "--yes");
    await succeed(program, "tier", "adopt", "warm", "--yes", ...(how === "replace" ? ["--replace"] : []));
    const { exitCode, job } = await program.run();
    deepEqual([exitCode, job("logs").outcomes.moved, job("logs").errors], [0, 40, []]);
    deepEqual([...new Set(await states(program))], ["warm stored"]);
  });
}

test("what lies elsewhere in a copy that is known to be damaged lies nowhere else", async () => {
  using dir = scratch("forget-sole");
  for (const tier of ["warm", "cold"]) oldFiles(`${dir.path}/for-${tier}`, 3, 1_000);
  const program = await openGuarded({
    directory: dir.path,
    tiers: { warm: `${dir.path}/warm`, cold: `${dir.path}/cold` },
    rest: ["warm", "cold"].map((tier) => move(`to-${tier}`, `${dir.path}/for-${tier}`, tier)).join(""),
  });
  equal((await program.run()).exitCode, 0);
  match((await program.call("tier", "forget", "cold")).stderr, /nothing lies on cold alone/);
  rmSync(`${dir.path}/warm/jts-1/to-warm/f0`);
  equal((await program.call("verify")).exitCode, 13);
  const { sole } = JSON.parse(await succeed(program, "tier", "forget", "cold", "--yes", "--json")) as TierForgetReport;
  deepEqual([sole.versions, sole.examples.map(({ path }) => path)], [1, [`${dir.path}/for-cold/f0`]]);
});

test("a tier that was given up and comes back: adopted and read, all of it is back, links of sets, too", async () => {
  using scene = await twoTiers();
  equal((await scene.run()).exitCode, 0);
  const known = await states(scene);
  await succeed(scene, "tier", "forget", "cold", "--yes");
  await succeed(scene, "tier", "adopt", "cold", "--yes");
  await succeed(scene, "catalog", "rebuild");
  deepEqual(await states(scene), known);
  rmSync(scene.sets, { recursive: true, force: true });
  await succeed(scene, "restore", `${scene.sets}/monday`);
  equal(readlinkSync(`${scene.sets}/monday/latest`), "dump");
});
