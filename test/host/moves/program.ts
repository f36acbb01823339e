import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { PlanReport } from "../../../src/reports/plan.ts";
import type { RunReport } from "../../../src/reports/run.ts";
import { configurationText, type Keys } from "../../support/configuration.ts";

const bin = new URL("../../../bin/tierkeep", import.meta.url).pathname;

export interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The real program with a configuration of its own; the tier `warm` is adopted and the job `logs` approved. */
export interface Program {
  readonly start: (...args: readonly string[]) => ChildProcess;
  readonly call: (...args: readonly string[]) => Promise<Ended>;
  readonly run: () => Promise<{ readonly exitCode: number | null; readonly report: RunReport }>;
  readonly plan: () => Promise<PlanReport>;
}

export interface ProgramRequest {
  /** Of its own: configuration and state lie in it. */
  readonly directory: string;
  readonly source: string;
  readonly warm: string;
  /** Further keys of the tier. */
  readonly tierKeys?: Keys;
  /** Further keys of the job. */
  readonly jobKeys?: Keys;
}

export async function openProgram(request: ProgramRequest): Promise<Program> {
  const { directory, source, warm, tierKeys, jobKeys } = request;
  const file = `${directory}/tierkeep.toml`;
  const tiers = { warm: { path: warm, ...tierKeys } };
  const moves = [{ name: "logs", source, ...jobKeys }];
  writeFileSync(file, configurationText({ host: "jts-1", stateDir: `${directory}/state`, tiers, moves }));
  const start: Program["start"] = (...args) =>
    spawn(bin, ["--config", file, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const call: Program["call"] = async (...args) => endOf(start(...args));
  for (const args of [
    ["tier", "adopt", "warm", "--yes"],
    ["approve", "logs"],
  ]) {
    const { exitCode, stderr } = await call(...args);
    if (exitCode !== 0) throw new Error(`${args.join(" ")}: exit ${exitCode}: ${stderr}`);
  }
  return {
    start,
    call,
    run: async () => {
      const { exitCode, stdout, stderr } = await call("run", "--json");
      if (stdout === "") throw new Error(`run: exit ${exitCode}: ${stderr}`);
      return { exitCode, report: JSON.parse(stdout) as RunReport };
    },
    plan: async () => JSON.parse((await call("plan", "--json")).stdout) as PlanReport,
  };
}

export async function endOf(child: ChildProcess): Promise<Ended> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk) => (stdout += chunk));
  child.stderr?.on("data", (chunk) => (stderr += chunk));
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode, stdout, stderr };
}

/** Waits for something to become true, 30 s at most. */
export async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 2) {
    if (waited > 30_000) throw new Error("waited for 30 s in vain");
    await pause(2);
  }
}
