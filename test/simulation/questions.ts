import type { AppDoors } from "../../src/app/app.ts";
import { checkCatalog } from "../../src/app/catalog-check.ts";
import { tellHealth } from "../../src/app/tell-health.ts";
import { openCatalog } from "../../src/catalog/catalog.ts";
import type { Config } from "../../src/config/config.ts";
import { checkHealth } from "../../src/health/check.ts";
import { realHost } from "../../src/host/host.ts";
import type { Finding } from "../../src/reports/health.ts";
import { programPath } from "./night.ts";

/** What is wrong with the tiers, as health says. */
export async function askHealth(config: Config, nowMs: number): Promise<readonly Finding[]> {
  {
    using catalog = openCatalog(config.stateDir);
    tellHealth(config, { catalog, nowMs });
  }
  const { host, signal, entryPoint, ...doors } = doorsAt(nowMs);
  const { tiers, jobs, runtimeDir, host: hostName } = config;
  const asked = { ...doors, tiers, jobs, runtimeDir, hostName, probeEntry: entryPoint("probe") };
  return (await checkHealth({ ...asked, startedMs: host.clock.elapsed() }, host, signal)).findings;
}

/** Where the catalog and the tiers do not agree. */
export async function askCatalog(config: Config, nowMs: number): Promise<readonly string[]> {
  const report = await checkCatalog(doorsAt(nowMs), config, { onLooked: () => {} });
  const { status, integrity, problems } = report;
  const words = problems.map(({ kind, path, tier }) => `${kind}: ${path} on ${tier}`);
  return status === "ok" ? [] : [status, ...integrity, ...words];
}

/** The doors of a program that asks the manual clock. */
export function doorsAt(nowMs: number): AppDoors {
  const { clock, ...host } = realHost();
  return {
    ...{ pid: process.pid, toolVersion: "0.0.0", userRuntimeDir: undefined, startedBySystemd: false },
    host: { ...host, clock: { now: () => nowMs, elapsed: clock.elapsed } },
    signal: new AbortController().signal,
    entryPoint: programPath,
  };
}
