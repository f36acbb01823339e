import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import type { HealthReport, TierHealth } from "../../src/reports/health.ts";
import { writePinStatus } from "../../src/tiers/status-pins.ts";
import type { TierConfig, TierPin } from "../../src/tiers/tier.ts";
import { tierConfig } from "./tier-config.ts";

export interface HealthCall {
  /** A scratch directory: its `run` is the runtime directory. */
  readonly directory: string;
  readonly tiers: readonly TierConfig[];
  readonly pins?: Readonly<Record<string, TierPin>>;
  readonly args?: readonly string[];
  /** As root; else with the rights of this user. */
  readonly uid?: number;
  /** A command that it is started under, such as strace. */
  readonly under?: readonly string[];
  readonly looks?: "plain" | "symbols" | "colour";
}

export interface HealthRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
}

/** A tier with the defaults of the configuration. */
export function tierOf(name: string, keys: Partial<TierConfig> = {}): TierConfig {
  return { ...tierConfig(name, keys.path), ...keys };
}

export function startHealth(call: HealthCall): ChildProcess {
  const file = `${call.directory}/config.json`;
  const runtimeDir = `${call.directory}/run`;
  if (call.pins !== undefined) writePinStatus(runtimeDir, Object.values(call.pins), { now: 0, host: "jts-1" });
  const config = {
    file,
    host: "jts-1",
    runtimeDir,
    tiers: call.tiers,
    jobs: [{ name: "logs", kind: "move", formerly: [] }],
  };
  writeFileSync(file, JSON.stringify(config));
  const main = new URL("health-main.ts", import.meta.url).pathname;
  const command = [process.execPath, main, "health", "--config", file, ...(call.args ?? [])];
  const as =
    call.uid === undefined ? [] : ["setpriv", "--reuid", `${call.uid}`, "--regid", `${call.uid}`, "--clear-groups"];
  const [first = "", ...rest] = [...as, ...(call.under ?? []), ...command];
  const env = {
    PATH: process.env.PATH,
    TIERKEEP_TEST_LOOKS: call.looks ?? "plain",
    TZ: "UTC",
    XDG_RUNTIME_DIR: call.directory,
  };
  return spawn(first, rest, { stdio: ["ignore", "pipe", "pipe"], env });
}

export async function runHealth(call: HealthCall): Promise<HealthRun> {
  const started = performance.now();
  const child = startHealth(call);
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk) => (stdout += chunk));
  child.stderr?.on("data", (chunk) => (stderr += chunk));
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode, stdout, stderr, seconds: (performance.now() - started) / 1000 };
}

export async function healthReportOf(call: HealthCall): Promise<HealthReport & { readonly run: HealthRun }> {
  const run = await runHealth({ ...call, args: ["--json"] });
  if (run.stdout === "") throw new Error(`health said nothing: ${run.stderr}`);
  return { ...(JSON.parse(run.stdout) as HealthReport), run };
}

export function tierIn(report: HealthReport, name: string): TierHealth {
  const tier = report.tiers.find((each) => each.name === name);
  if (tier === undefined) throw new Error(`no tier ${name} in the report`);
  return tier;
}

/** Probe children that are at work on a path, by their command lines. */
export function probesOf(path: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const words = commandLine(pid);
      return words.includes("/entry/probe.ts") && words.includes(JSON.stringify(path));
    })
    .map(Number);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // it has ended meanwhile
  }
}
