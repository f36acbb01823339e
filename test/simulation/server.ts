import { mkdirSync, writeFileSync } from "node:fs";
import { openCatalog } from "../../src/catalog/catalog.ts";
import type { Config } from "../../src/config/config.ts";
import { realConfigDeps } from "../../src/config/deps.ts";
import { loadConfig } from "../../src/config/load.ts";
import { adoptedTier } from "../support/adopted-tier.ts";
import { mountTmpfs } from "../support/tmpfs-mount.ts";
import type { Night } from "./calendar.ts";
import type { Roll } from "./dice.ts";
import { type DockerStandIn, dockerAges, startDockerStandIn } from "./docker-stand-in.ts";
import { type Machine, makeMachine } from "./machine.ts";
import type { NightSpec } from "./night.ts";

const dayMs = 86_400_000;
/** More than a thousand nights fill. */
export const coldMiB = 512;

/** A server with all that the simulation has on it. */
export interface Server extends AsyncDisposable {
  readonly root: string;
  readonly stateDir: string;
  /** Logs go to the one, a directory; backup sets to the other, a file system of its own. */
  readonly warm: string;
  readonly cold: string;
  readonly machine: Machine;
  readonly docker: DockerStandIn;
  readonly settings: Settings;
  readonly clock: Clock;
}

/** What its operator writes into the configuration. */
export interface Settings {
  /** What the job that moves logs is called, and was called before. */
  logs: string;
  formerly: readonly string[];
  logDays: number;
  scratchDays: number;
  hasQuarantine: boolean;
  /** Nobody has approved the last edit, or vouched for the clock, yet. */
  isToApprove: boolean;
}

/** What the kernel's clocks say. */
export interface Clock {
  nowMs: number;
  bootId: string;
  bootMs: number;
  /** Of the last run that trusted them. */
  trustedMs: number;
}

export const setDays = 14;
/** No work is taken in the hour that summer time leaves out in spring and winter time has twice in autumn. */
export const putOff = { fromMinute: 120, toMinute: 180 };

export interface ServerRequest {
  readonly root: string;
  readonly fromMs: number;
  readonly roll: Roll;
}

export async function openServer({ root, fromMs, roll }: ServerRequest): Promise<Server> {
  await using opening = new AsyncDisposableStack();
  const [warm, stateDir] = [`${root}/warm`, `${root}/state`];
  for (const path of [warm, stateDir]) mkdirSync(path);
  const { path: cold } = opening.use(await mountTmpfs({ sizeMiB: coldMiB }));
  writeFileSync(`${cold}/of-somebody-else`, Buffer.alloc(2 ** 20));
  using catalog = openCatalog(stateDir);
  catalog.decisions.savePin(adoptedTier("warm", warm, { directory: true }).pin);
  catalog.decisions.savePin(adoptedTier("cold", cold).pin);
  const machine = makeMachine(root, { fromMs, roll });
  const docker = opening.use(await startDockerStandIn(`${root}/docker.sock`, { fromMs, roll }));
  const settings = { logs: "logs", formerly: [], logDays: 7, scratchDays: 3, hasQuarantine: false, isToApprove: true };
  const held = opening.move();
  return {
    ...{ root, stateDir, warm, cold, machine, docker, settings },
    clock: { nowMs: fromMs, bootId: "boot-0", bootMs: dayMs, trustedMs: fromMs },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** All the days until that night. */
export function liveUntil({ machine, docker, clock }: Server, { nowMs }: Night): void {
  machine.liveUntil(nowMs);
  docker.liveUntil(nowMs);
  clock.bootMs += nowMs - clock.nowMs;
  clock.nowMs = nowMs;
}

/** The file as it stands, read as tierkeep reads it. */
export function readConfig(server: Server): Config {
  const file = `${server.root}/tierkeep.toml`;
  writeFileSync(file, configText(server));
  const { config, problems } = loadConfig(file, realConfigDeps());
  if (config === undefined) throw new Error(problems.map(({ message }) => message).join("; "));
  return config;
}

function configText({ root, stateDir, warm, cold, machine, docker, settings }: Server): string {
  const { logs, formerly, logDays, scratchDays, hasQuarantine } = settings;
  const days = (ms: number) => `"${ms / dayMs}d"`;
  return `version = 1
host = "sim"
state_dir = "${stateDir}"
runtime_dir = "${root}/run"

[limits]
not_between = ["02:00-03:00"]

[tiers.warm]
path = "${warm}"
directory = true

[tiers.cold]
path = "${cold}"

[[move]]
name = "${logs}"
formerly = ${JSON.stringify(formerly)}
source = "${machine.logs}"
to = "warm"
older_than = "${logDays}d"
compress = "zstd"
layout = "by-date"

[[move]]
name = "backups"
source = "${machine.backups}"
to = "cold"
unit = "entry"
older_than = "${setDays}d"

[[clean]]
name = "scratch"
path = "${machine.scratch}"
older_than = "${scratchDays}d"
max_delete = { share = "100%" }
${hasQuarantine ? 'quarantine = "24h"' : ""}

[docker]
stopped_containers_older_than = ${days(dockerAges.containerMs)}
unused_images_older_than = ${days(dockerAges.imageMs)}
build_cache_older_than = ${days(dockerAges.cacheMs)}
socket = "${docker.socket}"
`;
}

/** One run as the timer starts it; `clockStepMs` is how far the clock is off by then. */
export function specOf(
  server: Server,
  { run, clockStepMs = 0 }: { readonly run: number; readonly clockStepMs?: number },
): NightSpec {
  const { stateDir, tiers, jobs, limits } = readConfig(server);
  const nowMs = server.clock.nowMs + clockStepMs;
  const time = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const { bootId, bootMs } = server.clock;
  return {
    ...{ run: `${time}-${run.toString(16).padStart(4, "0")}`, nowMs, bootId, bootMs },
    ...{ stateDir, tiers, rules: jobs, limits, approves: false, killedAt: undefined },
  };
}
