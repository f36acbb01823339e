import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Command } from "commander";
import { mountBindfs } from "../../test/support/bindfs.ts";
import { configRest } from "../../test/support/config-rest.ts";
import { mountLoop, needsRoot } from "../../test/support/loop-mount.ts";
import { scratch } from "../../test/support/scratch.ts";
import { tierConfig } from "../../test/support/tier-config.ts";
import type { Config } from "../config/config.ts";
import { realHost } from "../host/host.ts";
import { openTier } from "../tiers/open.ts";
import { readPinStatus } from "../tiers/status-pins.ts";
import type { TierConfig, TierPin } from "../tiers/tier.ts";
import type { Cli } from "./cli.ts";
import { addTierVerbs } from "./tier.ts";

test("a file system is adopted and opens from then on", { skip: needsRoot }, async () => {
  using state = scratch("adopt");
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 16 });
  const world = makeWorld(state.path, [tierConfig("warm", fs.path)]);
  const { out } = await world.run("tier", "adopt", "warm", "--yes");
  assert.match(
    out,
    /source +\/dev\/loop\d+\n +file system +ext4, UUID [0-9a-f]{8}\.\.\.\n +size +.* free\n +in use +\d+ files/,
  );
  assert.match(out, /it holds all of a file/);
  assert.ok(out.endsWith("next:  tierkeep plan\n"));
  const pin = world.pins.get("warm");
  using tier = openTier(tierConfig("warm", fs.path), pin);
  assert.equal(tier.uuid, pin?.uuid);
  assert.deepEqual(readPinStatus(state.path)?.pins.get("warm"), pin);
  assert.equal(readPinStatus(state.path)?.capabilities.get("warm")?.publish, "rename-noreplace");
  assert.match((await world.run("tier", "adopt", "warm", "--yes")).out, /was adopted before/);
});

test("on a terminal it asks, and a no changes nothing", { skip: needsRoot }, async () => {
  using state = scratch("adopt");
  await using fs = await mountLoop({ type: "xfs", sizeMiB: 64 });
  const world = makeWorld(state.path, [tierConfig("warm", fs.path)]);
  await assert.rejects(world.answer("n").run("tier", "adopt", "warm"), { code: "ADOPT_REFUSED" });
  assert.ok(!existsSync(`${fs.path}/.tierkeep`));
  const { notes, out } = await world.answer("y").run("tier", "adopt", "warm");
  assert.match(notes, /identity +none yet\n.*adopt it as warm\?/s);
  assert.match(out, /warm is adopted, tier [0-9a-f]{8}\.\.\./);
});

test("without a terminal and --yes it refuses, and says what to type", async () => {
  using state = scratch("adopt");
  const world = makeWorld(state.path, [{ ...tierConfig("warm", state.path), directory: true }]);
  const error = { code: "ADOPT_REFUSED", hint: "when it is meant: tierkeep tier adopt warm --yes" };
  await assert.rejects(world.run("tier", "adopt", "warm"), error);
  await assert.rejects(world.run("tier", "adopt", "warm", "--json"), error);
  assert.ok(!existsSync(`${state.path}/.tierkeep`));
});

test("a second host joins what the first adopted", async () => {
  using state = scratch("adopt");
  const tiers = [{ ...tierConfig("cold", state.path), directory: true }];
  const first = makeWorld(`${state.path}/a`, tiers);
  await first.run("tier", "adopt", "cold", "--yes");
  const second = makeWorld(`${state.path}/b`, tiers);
  const { out } = await second.run("tier", "adopt", "cold", "--yes", "--json");
  const report = JSON.parse(out) as { result: string; uuid: string; schema: string };
  assert.equal(report.result, "joined");
  assert.equal(report.schema, "tierkeep.tier-adopt/1");
  assert.equal(report.uuid, first.pins.get("cold")?.uuid);
});

test("M2: a tier inside another tier is refused, watched file systems do not count", async () => {
  using state = scratch("adopt");
  mkdirSync(`${state.path}/inner`);
  const outer = { ...tierConfig("cold", state.path), directory: true };
  const inner = { ...tierConfig("warm", `${state.path}/inner`), directory: true };
  const world = makeWorld(`${state.path}/run`, [outer, inner]);
  const message = `warm lies inside cold: ${state.path}/inner is below ${state.path}`;
  await assert.rejects(world.run("tier", "adopt", "warm", "--yes"), { code: "TIER_UNFIT", message });
  const hot = { ...tierConfig("hot", undefined), filesystems: [state.path] };
  await makeWorld(`${state.path}/run`, [hot, inner]).run("tier", "adopt", "warm", "--yes");
});

test("M3: an unmounted path is refused", { skip: needsRoot }, async () => {
  using state = scratch("adopt");
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 16 });
  const world = makeWorld(state.path, [tierConfig("warm", fs.path)]);
  fs.unmount();
  await assert.rejects(world.run("tier", "adopt", "warm", "--yes"), { code: "TIER_UNFIT" });
  assert.ok(!existsSync(`${fs.path}/.tierkeep`));
});

test("a moved tier and a blank disk are adopted only when it is said", { skip: needsRoot }, async () => {
  using state = scratch("adopt");
  await using old = await mountLoop({ type: "ext4", sizeMiB: 16 });
  await using fresh = await mountLoop({ type: "ext4", sizeMiB: 16 });
  const world = makeWorld(state.path, [tierConfig("warm", old.path)]);
  await world.run("tier", "adopt", "warm", "--yes");
  const before = readFileSync(`${old.path}/.tierkeep/tier.json`, "utf8");
  const later = makeWorld(state.path, [tierConfig("warm", fresh.path)], world.pins);
  await assert.rejects(later.run("tier", "adopt", "warm", "--yes", "--moved"), { code: "ADOPT_REFUSED" });
  const { out } = await later.run("tier", "adopt", "warm", "--yes", "--replace");
  assert.match(out, /3 files, 12 KiB, lay on the known tier and nowhere else:\n {2}\/var\/log\/a/);
  assert.notEqual(readFileSync(`${fresh.path}/.tierkeep/tier.json`, "utf8"), before);
});

test("what a NAS that squashes root cannot hold is said", { skip: needsRoot }, async () => {
  using state = scratch("adopt");
  await using fuse = await mountBindfs(state.path, ["--chown-deny", "--xattr-none"]);
  const world = makeWorld(`${state.path}/run`, [tierConfig("cold", fuse.path)]);
  const { out } = await world.run("tier", "adopt", "cold", "--yes");
  assert.match(out, /it cannot hold owners, extended attributes, ACLs: kept in the manifest/);
  assert.match(out, /by link and unlink/);
});

test("an unknown tier, and one without a path", async () => {
  using state = scratch("adopt");
  const world = makeWorld(state.path, [tierConfig("hot", undefined)]);
  await assert.rejects(world.run("tier", "adopt", "wram"), { code: "USAGE", hint: "there are hot" });
  await assert.rejects(world.run("tier", "adopt", "hot"), { code: "TIER_UNFIT" });
});

interface World {
  readonly pins: Map<string, TierPin>;
  readonly answer: (text: string) => World;
  readonly run: (...args: readonly string[]) => Promise<{ readonly out: string; readonly notes: string }>;
}

/** The verb with a real host and tiers, and a catalog and terminal that only remember. */
function makeWorld(state: string, tiers: readonly TierConfig[], pins = new Map<string, TierPin>()): World {
  return worldOf({ state, tiers, pins, reply: undefined });
}

interface WorldFacts {
  readonly state: string;
  readonly tiers: readonly TierConfig[];
  readonly pins: Map<string, TierPin>;
  /** What the person at the terminal says; without it there is no terminal. */
  readonly reply: string | undefined;
}

function worldOf(facts: WorldFacts): World {
  const { state, tiers, pins, reply } = facts;
  const folders = { file: "/etc/tierkeep/tierkeep.toml", stateDir: state, runtimeDir: state };
  const config: Config = { ...folders, ...configRest, host: "jts-1", restoreGraceMs: 0, tiers, jobs: [] };
  const store = {
    pinOf: (tier: string) => pins.get(tier),
    savePin: (pin: TierPin) => void pins.set(pin.tier, pin),
    forgetTier: (tier: string) => void pins.delete(tier),
    soleCopies: () => ({ files: 3, bytes: 12_288, examples: ["/var/log/a"] }),
    [Symbol.dispose]: () => {},
  };
  return {
    pins,
    answer: (text) => worldOf({ ...facts, reply: text }),
    run: async (...args) => {
      const told = { out: "", notes: "" };
      const program = new Command().exitOverride();
      const cli = makeCli(told, reply);
      const app = { ...cli, entryPoint: String, pid: 0, userRuntimeDir: undefined, startedBySystemd: false };
      addTierVerbs(program, cli, { app, config: () => config, pins: () => store });
      await program.parseAsync(args, { from: "user" });
      return told;
    },
  };
}

function makeCli(told: { out: string; notes: string }, reply: string | undefined): Cli {
  const note = (text: string) => {
    told.notes += text;
  };
  return {
    terminal: {
      print: (text) => {
        told.out += text;
      },
      note,
      ask: async (question) => {
        note(question);
        return reply ?? "";
      },
      pour: () => Promise.resolve(true),
      interactive: reply !== undefined,
      symbols: false,
      colour: false,
      progress: false,
      columns: () => 80,
    },
    host: realHost(),
    entryPoint: (name) => name,
    toolVersion: "0.0.0",
    env: {},
    signal: new AbortController().signal,
    exit: () => {},
  };
}
