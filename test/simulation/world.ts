import { mkdirSync, writeFileSync } from "node:fs";
import { openCatalog } from "../../src/catalog/catalog.ts";
import type { Config } from "../../src/config/config.ts";
import { realConfigDeps } from "../../src/config/deps.ts";
import { loadConfig } from "../../src/config/load.ts";
import { tomlText } from "../../src/config/toml-text.ts";
import { adoptedTier } from "../support/adopted-tier.ts";
import type { BackupSet } from "./backups.ts";
import type { NightSpec } from "./night.ts";

const dayMs = 86_400_000;

/** A small server and the model of what must exist on it. */
export interface World {
  readonly root: string;
  readonly logs: string;
  readonly backups: string;
  readonly scratch: string;
  readonly jobs: Readonly<Record<JobId, JobModel>>;
  /** Content that must be somewhere, by its SHA-256. */
  readonly owed: Set<string>;
  /** Sets as they came, but for those that somebody changed since. */
  readonly sets: Set<BackupSet>;
  /** What was brought back into the scratch, by path, and when. */
  readonly restored: Map<string, number>;
  /** What went from the scratch into a quarantine, by the path that it had, and when. */
  readonly aside: Map<string, number>;
  nowMs: number;
  runs: number;
  /** Counts what is written, so that no content comes twice. */
  written: number;
}

export type JobId = "logs" | "backups" | "scratch";

/** A job as the operator has it in the configuration. */
export interface JobModel {
  name: string;
  formerly: readonly string[];
  /** Taken out otherwise. */
  isThere: boolean;
  keys: JobKeys;
  /** The keys that somebody approved last. */
  approved: string | undefined;
}

export type JobKeys = Readonly<Record<string, string | boolean | readonly string[]>>;

export function openWorld(root: string): World {
  for (const name of ["logs", "backups", "scratch", "warm", "state", "out"]) mkdirSync(`${root}/${name}`);
  const { pin } = adoptedTier("warm", `${root}/warm`, { directory: true });
  using catalog = openCatalog(`${root}/state`);
  catalog.decisions.savePin(pin);
  const job = (name: string, keys: JobKeys): JobModel => {
    return { name, formerly: [], isThere: true, keys: { older_than: "7d", ...keys }, approved: undefined };
  };
  return {
    ...{ root, logs: `${root}/logs`, backups: `${root}/backups`, scratch: `${root}/scratch` },
    jobs: {
      logs: job("logs", { compress: "zstd", active_logs: true }),
      backups: job("backups", { unit: "entry" }),
      scratch: job("scratch", {}),
    },
    ...{ owed: new Set(), sets: new Set(), restored: new Map(), aside: new Map() },
    // What the kernel stamps by itself is real time, and years old by this clock.
    ...{ nowMs: Date.UTC(2035, 0, 1), runs: 0, written: 0 },
  };
}

/** The file as it stands, read as tierkeep reads it. */
export function readWorldConfig({ root, jobs, logs, backups, scratch }: World): Config {
  const file = `${root}/tierkeep.toml`;
  const tables = [
    ["version = 1", 'host = "sim"', `state_dir = "${root}/state"`, `runtime_dir = "${root}/run"`],
    ["[tiers.warm]", `path = "${root}/warm"`, "directory = true"],
    table("move", jobs.logs, { source: logs, to: "warm" }),
    table("move", jobs.backups, { source: backups, to: "warm" }),
    [...table("clean", jobs.scratch, { path: scratch }), ...(jobs.scratch.isThere ? [wholeShare] : [])],
  ];
  writeFileSync(file, `${tables.flat().join("\n")}\n`);
  const { config, problems } = loadConfig(file, realConfigDeps());
  if (config === undefined) throw new Error(problems.map(({ message }) => message).join("; "));
  return config;
}

const wholeShare = 'max_delete = { share = "100%" }';

function table(kind: string, { name, formerly, isThere, keys }: JobModel, place: JobKeys): readonly string[] {
  if (!isThere) return [];
  const all = Object.entries({ name, formerly, ...place, ...keys });
  return [`[[${kind}]]`, ...all.map(([key, value]) => `${key} = ${tomlText(value)}`)];
}

/** One run as a person starts it; `approves`: after saying yes to what stands. */
export function worldSpec(world: World, approves: boolean): NightSpec {
  world.runs += 1;
  const { stateDir, tiers, jobs, limits } = readWorldConfig(world);
  const run = `20350101T000000Z-${world.runs.toString(16).padStart(4, "0")}`;
  const clock = { nowMs: world.nowMs, bootId: "boot", bootMs: world.nowMs };
  return { run, ...clock, stateDir, tiers, rules: jobs, limits, approves, killedAt: undefined };
}

/** How long something must have been left alone for a job to take it. */
export function agedMs({ keys }: JobModel): number {
  return Number.parseInt(String(keys.older_than), 10) * dayMs;
}

/** How long what is cleaned lies aside; 0: it goes at once. */
export function quarantineMs({ keys }: JobModel): number {
  const { quarantine } = keys;
  if (quarantine === undefined) return 0;
  return quarantine === "24h" ? dayMs : Number.parseInt(String(quarantine), 10) * dayMs;
}
