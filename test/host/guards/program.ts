import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { PlanReport } from "../../../src/reports/plan.ts";
import type { JobReport, RunReport } from "../../../src/reports/run.ts";
import { type Ended, endOf } from "../moves/program.ts";

export const bin = new URL("../../../bin/tierkeep", import.meta.url).pathname;

/** The real program with a configuration of its own; its tiers are adopted and its jobs approved. */
export interface Guarded {
  readonly file: string;
  readonly start: (...args: readonly string[]) => ChildProcess;
  readonly call: (...args: readonly string[]) => Promise<Ended>;
  readonly run: (...args: readonly string[]) => Promise<Ran>;
  readonly plan: () => Promise<PlanReport>;
}

export interface Ran {
  readonly exitCode: number | null;
  readonly report: RunReport;
  readonly job: (name: string) => JobReport;
}

export interface GuardedRequest {
  readonly directory: string;
  /** By name: the path; directories of other file systems are fine. */
  readonly tiers: Readonly<Record<string, string>>;
  /** TOML above the first table. */
  readonly top?: string;
  /** TOML of everything else, jobs foremost. */
  readonly rest: string;
}

export async function openGuarded({ directory, tiers, top = "", rest }: GuardedRequest): Promise<Guarded> {
  const file = `${directory}/tierkeep.toml`;
  for (const path of Object.values(tiers)) mkdirSync(path, { recursive: true });
  const state = top.includes("state_dir") ? "" : `state_dir = "${directory}/state"\n`;
  const tables = Object.entries(tiers).map(([name, path]) => `[tiers.${name}]\npath = "${path}"\ndirectory = true\n`);
  writeFileSync(file, `version = 1\nhost = "jts-1"\n${state}${top}\n${tables.join("")}${rest}`);
  const guarded = guardedProgram(file);
  for (const name of Object.keys(tiers)) await succeed(guarded.call("tier", "adopt", name, "--yes"));
  await succeed(guarded.call("approve", "--all"));
  return guarded;
}

export function guardedProgram(file: string, under: readonly string[] = []): Guarded {
  const start: Guarded["start"] = (...args) => {
    const [command = "", ...words] = [...under, bin, "--config", file, ...args];
    return spawn(command, words, { stdio: ["ignore", "pipe", "pipe"] });
  };
  const call: Guarded["call"] = (...args) => endOf(start(...args));
  return {
    file,
    start,
    call,
    run: async (...args) => ranOf(await call("run", "--json", ...args)),
    plan: async () => JSON.parse((await call("plan", "--json")).stdout) as PlanReport,
  };
}

export function ranOf({ exitCode, stdout, stderr }: Ended): Ran {
  if (stdout === "") throw new Error(`run: exit ${exitCode}: ${stderr}`);
  const report = JSON.parse(stdout) as RunReport;
  return {
    exitCode,
    report,
    job: (name) => {
      const found = report.jobs.find((job) => job.name === name);
      if (found === undefined) throw new Error(`no job ${name} in the report`);
      return found;
    },
  };
}

async function succeed(running: Promise<Ended>): Promise<void> {
  const { exitCode, stdout, stderr } = await running;
  if (exitCode !== 0) throw new Error(`exit ${exitCode}: ${stdout}${stderr}`);
}

/** So many old files of so many bytes each. */
export function oldFiles(directory: string, count: number, sizeBytes: number): void {
  for (let index = 0; index < count; index++) oldFile(`${directory}/f${index}`, Buffer.alloc(sizeBytes, `${index} `));
}

function oldFile(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  utimesSync(path, 1_700_000_000, 1_700_000_000);
}

export function move(name: string, source: string, to: string): string {
  return `[[move]]\nname = "${name}"\nsource = "${source}"\nto = "${to}"\nolder_than = "7d"\n`;
}
