import { openCatalog } from "../../src/catalog/catalog.ts";
import type { Finding } from "../../src/reports/health.ts";
import { type Found, lookBelow } from "./files.ts";
import type { Mishap } from "./mishaps.ts";
import type { NightResult, NightSpec } from "./night.ts";
import type { Server } from "./server.ts";
import { type Stored, storedContent } from "./stored-content.ts";

/** By path. */
export type Files = ReadonlyMap<string, Found>;

/** What lies at the source of each job. */
export interface Sources {
  readonly logs: Files;
  readonly backups: Files;
  readonly scratch: Files;
}

/** All that there is to know of a night when it is over. */
export interface Morning {
  readonly server: Server;
  readonly mishap: Mishap;
  readonly spec: NightSpec;
  /** The run was killed, and nobody has repaired anything yet. */
  readonly isKilled: boolean;
  /** The run came in an hour at which no work is taken. */
  readonly isPutOff: boolean;
  readonly told: NightResult;
  readonly before: Sources;
  readonly after: Sources;
  /** What lies on the tiers as the catalog says. */
  readonly stored: readonly Stored[];
  /** Steps that each job's plan still has. */
  readonly plannedAgain: Readonly<Record<string, number>>;
  /** What health said in the night, if it was asked. */
  readonly findings: readonly Finding[] | undefined;
  /** Where nothing may change: before and after. */
  readonly untouched: readonly [Files, Files] | undefined;
}

export function lookAtSources({ machine }: Server): Sources {
  return { logs: lookBelow(machine.logs), backups: lookBelow(machine.backups), scratch: lookBelow(machine.scratch) };
}

export function lookAtTiers({ stateDir }: Server, { tiers }: NightSpec): readonly Stored[] {
  return storedContent(stateDir, tiers);
}

/** The job's name, its source before and after, and what it said; of every job that has a source. */
export function jobsOf({ server, before, after, told }: Morning) {
  return [
    { job: server.settings.logs, before: before.logs, after: after.logs },
    { job: "backups", before: before.backups, after: after.backups },
    { job: "scratch", before: before.scratch, after: after.scratch },
  ].map((each) => ({ ...each, told: told[each.job] }));
}

/** Runs that copied a part of a set, with which a later one goes on. */
export function runsOfBegunSets({ stateDir }: Server): ReadonlySet<string> {
  using catalog = openCatalog(stateDir);
  const owners = catalog.journal.stagingOf("backups");
  const begun = owners.filter((owner) => catalog.sets.open(owner).some(({ state }) => state === "copying"));
  return new Set(begun.map(({ run }) => run));
}

/** Staging folders that the catalog still counts as its own. */
export function openStaging({ stateDir }: Server): readonly string[] {
  using catalog = openCatalog(stateDir);
  return [...catalog.journal.stagingRuns()];
}
