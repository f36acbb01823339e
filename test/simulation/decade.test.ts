import { deepEqual, equal, ok } from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { openCatalog } from "../../src/catalog/catalog.ts";
import type { JobRule } from "../../src/config/config.ts";
import { realConfigDeps } from "../../src/config/deps.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { TierConfig } from "../../src/tiers/tier.ts";
import { adoptedTier } from "../support/adopted-tier.ts";
import { scratch } from "../support/scratch.ts";
import { runsAll, seeded } from "../support/seeded.ts";
import { doKilledNight } from "./killed-night.ts";
import { type Machine, makeMachine, scratchAges } from "./machine.ts";
import { doNight, type NightResult, type NightSpec } from "./night.ts";
import { storedContent } from "./stored-content.ts";

// Years of nights on a manual clock, with all that happens to a server: late and future files, a clock that is set, a
// tier that is unmounted, runs that are killed. After each night every byte is somewhere, and nothing is left over.
const dice = seeded();
const nights = runsAll ? 1_000 : 100;
const dayMs = 86_400_000;

test("years of nights: no byte is lost, nothing is left over", { timeout: 3_600_000 }, async (t) => {
  t.diagnostic(`seed ${dice.seed}: TIERKEEP_SEED=${dice.seed} repeats it`);
  using dir = scratch("decade", existsSync("/dev/shm") ? "/dev/shm" : undefined);
  const server = openServer(dir.path);
  for (let night = 1; night <= nights; night += 1) {
    const told = await server.nextNight(night);
    server.check(`night ${night} (${JSON.stringify(told)})`, told);
  }
  t.diagnostic(JSON.stringify(Object.fromEntries(server.seen)));
  for (const event of ["ok", "killed", "clock", "TIER_IDENTITY"]) ok(server.seen.has(event), `${event} never came`);
});

interface Server {
  /** What came of jobs, how often. */
  readonly seen: ReadonlyMap<string, number>;
  readonly nextNight: (night: number) => Promise<NightResult>;
  readonly check: (when: string, told: NightResult) => void;
}

const roll = (below: number) => dice.pick(Array.from({ length: below }, (_, index) => index));

function openServer(root: string): Server {
  for (const name of ["warm", "state"]) mkdirSync(`${root}/${name}`);
  const { config, pin } = adoptedTier("warm", `${root}/warm`, { directory: true });
  {
    using catalog = openCatalog(`${root}/state`);
    catalog.decisions.savePin(pin);
  }
  const machine = makeMachine(root, roll);
  const place = { root, machine, tier: config };
  const rules = readRules(root, machine);
  const clock = { nowMs: Date.now() + 30 * dayMs, bootId: "boot-1", bootMs: 30 * dayMs, isSuspect: true };
  const seen = new Map<string, number>();
  const note = (word: string) => seen.set(word, (seen.get(word) ?? 0) + 1);
  return {
    seen,
    nextNight: async (night) => {
      const days = 1 + roll(6);
      for (let day = 0; day < days; day += 1) machine.liveADay(clock.nowMs + day * dayMs);
      clock.nowMs += days * dayMs;
      clock.bootMs += days * dayMs;
      const event = roll(12);
      if (event === 0) Object.assign(clock, { bootId: `boot-${night}`, bootMs: 3_600_000 });
      const isSet = event === 1 && night > 3;
      const spec = (kill?: number): NightSpec => ({
        ...{ run: runId(night, kill), nowMs: clock.nowMs + (isSet ? 400 * dayMs : 0) },
        ...{ bootId: clock.bootId, bootMs: clock.bootMs, stateDir: `${root}/state`, tiers: [config] },
        ...{ rules, approves: night === 1, killedAt: kill },
      });
      const result = await oneNight(place, { event, spec });
      for (const word of Object.values(result)) note(word);
      // A clock that was set forward for a night is put right in the morning.
      if (isSet) equal(result.logs, "clock", "a clock that jumps by more than a year is not trusted");
      return result;
    },
    check: (when, told) => {
      checkBytes(place, when);
      if (told.scratch === "ok") checkScratch(machine, { when, nowMs: clock.nowMs });
    },
  };
}

interface Place {
  readonly root: string;
  readonly machine: Machine;
  readonly tier: TierConfig;
}

interface Night {
  readonly event: number;
  readonly spec: (kill?: number) => NightSpec;
}

async function oneNight({ root }: Place, { event, spec }: Night): Promise<NightResult> {
  if (event === 2 || event === 3) {
    await doKilledNight(spec(1 + roll(6)));
    return { ...(await doNight(spec())), child: "killed" };
  }
  if (event === 4) {
    // Not mounted: the empty directory below shows.
    renameSync(`${root}/warm`, `${root}/away`);
    mkdirSync(`${root}/warm`);
    const result = await doNight(spec());
    deepEqual(readdirSync(`${root}/warm`), [], "nothing is written below a tier that is not there");
    renameSync(`${root}/warm`, `${root}/below-${event}-${roll(1_000_000)}`);
    renameSync(`${root}/away`, `${root}/warm`);
    return result;
  }
  return await doNight(spec());
}

function runId(night: number, kill: number | undefined): string {
  return `20260101T000000Z-${(night * 2 + (kill === undefined ? 0 : 1)).toString(16).padStart(4, "0")}`;
}

/** The jobs as a configuration file makes them. */
function readRules(root: string, { logs, scratch: path }: Machine): readonly JobRule[] {
  const file = `${root}/tierkeep.toml`;
  const lines = [
    ...["version = 1", 'host = "sim"', `state_dir = "${root}/state"`],
    ...["[tiers.warm]", `path = "${root}/warm"`, "directory = true"],
    ...["[[move]]", 'name = "logs"', `source = "${logs}"`, 'to = "warm"', 'older_than = "7d"', 'compress = "zstd"'],
    ...['layout = "by-date"', "[[clean]]", 'name = "scratch"', `path = "${path}"`, 'older_than = "3d"'],
    ...['age_by = ["mtime"]', 'max_delete = { share = "100%" }'],
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  const { config, problems } = loadConfig(file, realConfigDeps());
  if (config === undefined) throw new Error(problems.map(({ message }) => message).join("; "));
  return config.jobs;
}

/** Every byte that the server wrote and did not delete itself is at the source, or stored and readable. */
function checkBytes({ root, machine, tier }: Place, when: string): void {
  const at = machine.hashesAtSource();
  const stored = storedContent(`${root}/state`, tier);
  const lost = [...machine.owed].filter(([hash]) => !at.has(hash) && !stored.has(hash)).map(([, path]) => path);
  deepEqual(lost, [], `${when}: lost`);
  const staging = `${root}/warm/.tierkeep/staging`;
  deepEqual(existsSync(staging) ? readdirSync(staging) : [], [], `${when}: left in staging`);
  equal(readFileSync(`${machine.precious}/accounts`, "utf8"), "never touch this\n", `${when}: what a link leads to`);
}

function checkScratch({ scratch: path }: Machine, { when, nowMs }: { when: string; nowMs: number }): void {
  const oldest = Math.max(0, ...scratchAges(path, nowMs));
  ok(oldest < 3, `${when}: scratch of ${oldest} days is left`);
}
