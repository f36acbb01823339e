import { openCatalog } from "../catalog/catalog.ts";
import type { Difference, DifferenceKind } from "../catalog/compare.ts";
import type { Config } from "../config/config.ts";
import { lockJob } from "../jobs/lock.ts";
import { bytesOf, textOf } from "../lib/raw-path.ts";
import { type CatalogCheckReport, type CatalogProblem, catalogCheckReport } from "../reports/catalog.ts";
import { escapedText, pathFields } from "../reports/path.ts";
import { type AppDoors, envelopeFacts, newRunId } from "./app.ts";
import { type ManifestReading, readManifests, unread } from "./read-manifests.ts";
import { openScratch } from "./scratch.ts";
import { notConfigured, strandedTiers } from "./shelf.ts";
import { reportedError, requireCatalog } from "./stored.ts";

/** So many problems of a kind are listed; more are counted. */
const listedAtMost = 1_000;

/**
 * Compares the catalog with one that is made of the manifests for this alone, and with what lies on the tiers.
 * @throws OperatorError NOT_FOUND, CATALOG_DAMAGED, BUSY; the signal's reason
 */
export async function checkCatalog(
  doors: AppDoors,
  config: Config,
  { onLooked }: Pick<ManifestReading, "onLooked">,
): Promise<CatalogCheckReport> {
  const { stateDir } = config;
  const { clock } = doors.host;
  using catalog = requireCatalog(config);
  const integrity = catalog.integrityProblems();
  const holder = { pid: doors.pid, since: new Date(clock.now()).toISOString(), run: newRunId(doors.host) };
  using _lock = await lockJob({ stateDir, job: ".check", holder, signal: doors.signal });
  using scratch = openScratch(stateDir, "checking");
  openCatalog(scratch.path)[Symbol.dispose]();
  const sinceMs = clock.now();
  const hosts = [config.host, ...config.formerHosts];
  const places = config.tiers
    .map((tier) => ({ how: "configured" as const, tier, pin: catalog.decisions.pinOf(tier.name) }))
    .filter(({ pin }) => pin !== undefined);
  const stranded = strandedTiers(config, catalog).map((name) => unread(name, reportedError(notConfigured(name))));
  const read = await readManifests(doors, config, { places, into: scratch.path, hosts, isAlone: false, onLooked });
  const tiers = [...read, ...stranded];
  const counts = { missing: 0, differs: 0, "not-in-catalog": 0, "not-in-manifest": 0 };
  const problems: CatalogProblem[] = [];
  for (const { tier } of tiers.filter(({ error }) => error === null)) {
    for (const difference of catalog.differencesFrom({ fresh: `${scratch.path}/catalog.db`, tier, sinceMs })) {
      counts[difference.kind] += 1;
      if (counts[difference.kind] <= listedAtMost) problems.push(problemOf(difference));
    }
  }
  const status = statusOf({ integrity, counts, isWhole: tiers.every(({ error }) => error === null) });
  const content = { status, catalog: `${stateDir}/catalog.db`, integrity, tiers, counts, problems };
  return catalogCheckReport(content, envelopeFacts(doors, config));
}

interface Judged {
  readonly integrity: readonly string[];
  readonly counts: Readonly<Record<DifferenceKind, number>>;
  readonly isWhole: boolean;
}

function statusOf({ integrity, counts, isWhole }: Judged): CatalogCheckReport["status"] {
  if (integrity.length > 0 || Object.values(counts).some((count) => count > 0)) return "problems";
  return isWhole ? "ok" : "partial";
}

function problemOf({ kind, id, tier, path, storedAs }: Difference): CatalogProblem {
  const exact = textOf(storedAs) === undefined ? { storedAsBase64: bytesOf(storedAs).toString("base64") } : {};
  return { kind, id, tier, ...pathFields(path), storedAs: escapedText(storedAs), ...exact };
}
