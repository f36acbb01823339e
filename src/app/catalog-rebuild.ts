import { openCatalog, openCatalogToRead } from "../catalog/catalog.ts";
import type { Config } from "../config/config.ts";
import { createEmptyFile, makeDirectories } from "../host/files.ts";
import { lockAllJobs } from "../jobs/lock-all.ts";
import { hasCode, isDamage } from "../lib/errors.ts";
import { replaceCatalog } from "../rebuild/replace-catalog.ts";
import { type CatalogRebuildReport, catalogRebuildReport, type ManifestsOfTier } from "../reports/catalog.ts";
import { readPinStatus } from "../tiers/status-pins.ts";
import type { TierPin } from "../tiers/tier.ts";
import { type AppDoors, envelopeFacts, newRunId } from "./app.ts";
import { type ManifestReading, readManifests } from "./read-manifests.ts";
import { openScratch } from "./scratch.ts";
import { tellHealth } from "./tell-health.ts";
import type { TierPlace } from "./tier-messages.ts";

/** What a rebuild takes from the configuration, or does without one. */
export type RebuildTerms = Pick<
  Config,
  "host" | "formerHosts" | "stateDir" | "runtimeDir" | "stallTimeoutMs" | "tiers" | "jobs"
>;

export interface RebuildRequest extends Pick<ManifestReading, "onLooked"> {
  /** Read only the tier that lies at this path. */
  readonly from: string | undefined;
  /** There is no configuration: the machine's name on tiers is looked for there. */
  readonly isHostGuessed: boolean;
}

/**
 * Makes the catalog anew from the manifests on the tiers, and puts it in the place of the old one, which stays under
 * another name. What an old one that can be read knows beyond them is kept, approvals never (PROTOCOLS section 4).
 * @throws OperatorError BUSY, STATE_DIR, CATALOG_NEWER; the signal's reason
 */
export async function rebuildCatalog(
  doors: AppDoors,
  terms: RebuildTerms,
  request: RebuildRequest,
): Promise<CatalogRebuildReport> {
  const { stateDir } = terms;
  const { clock } = doors.host;
  makeDirectories(stateDir, 0o700);
  const holder = { pid: doors.pid, since: new Date(clock.now()).toISOString(), run: newRunId(doors.host) };
  const jobs = [".rebuild", ".restore", ...terms.jobs.map(({ name }) => name)];
  using _locks = await lockAllJobs(jobs, { stateDir, holder, signal: doors.signal });
  using scratch = openScratch(stateDir, "rebuilding");
  const old = beginFrom(stateDir, scratch.path);
  const pins = keepPins(terms, scratch.path);
  const places = placesOf(terms, pins, request.from);
  const hosts = request.isHostGuessed ? { machineName: terms.host } : [terms.host, ...terms.formerHosts];
  const { onLooked } = request;
  const reading = { places, into: scratch.path, hosts, isAlone: true, onLooked };
  const tiers = await readManifests(doors, terms, reading);
  const lacking = noteLacking(scratch.path, { terms, tiers, nowMs: clock.now() });
  const wantedName = `catalog.db.${old === "damaged" ? "damaged" : "before"}-${compactTime(clock.now())}`;
  const aside = replaceCatalog(stateDir, scratch.path, wantedName);
  tell(terms, clock.now());
  return catalogRebuildReport(
    {
      status: lacking === 0 ? "complete" : "incomplete",
      catalog: `${stateDir}/catalog.db`,
      setAside: old === "absent" ? null : `${stateDir}/${aside}`,
      keptHistory: old === "readable",
      tiers,
    },
    envelopeFacts(doors, terms),
  );
}

type OldCatalog = "readable" | "damaged" | "absent";

/** Begins the new catalog with all of the old one that is worth anything. */
function beginFrom(stateDir: string, scratch: string): OldCatalog {
  const found = judgeOld(stateDir);
  if (found === "readable") {
    const file = `${scratch}/catalog.db`;
    createEmptyFile(file, 0o600);
    using old = openCatalog(stateDir);
    old.copyTo(file);
  }
  using catalog = openCatalog(scratch);
  catalog.decisions.forgetApprovals();
  return found;
}

function judgeOld(stateDir: string): OldCatalog {
  try {
    using catalog = openCatalogToRead(stateDir);
    if (catalog === undefined) return "absent";
    return catalog.integrityProblems().length === 0 ? "readable" : "damaged";
  } catch (error) {
    if (hasCode(error, "CATALOG_DAMAGED") || isDamage(error)) return "damaged";
    throw error;
  }
}

/** From the old catalog, else from what it has told health; a tier that is away now stays adopted. */
function keepPins({ tiers, runtimeDir }: RebuildTerms, scratch: string): ReadonlyMap<string, TierPin> {
  using catalog = openCatalog(scratch);
  const told = readPinStatus(runtimeDir)?.pins;
  const pins = tiers.flatMap(({ name }) => catalog.decisions.pinOf(name) ?? told?.get(name) ?? []);
  for (const pin of pins) catalog.decisions.savePin(pin);
  return new Map(pins.map((pin) => [pin.tier, pin]));
}

function placesOf(
  { tiers }: RebuildTerms,
  pins: ReadonlyMap<string, TierPin>,
  from: string | undefined,
): readonly TierPlace[] {
  const meant = tiers.filter(({ path }) => path !== undefined && (from === undefined || path === from));
  if (from !== undefined && meant.length === 0) return [{ how: "at-path", path: from }];
  return meant.map((tier) => ({ how: "configured", tier, pin: pins.get(tier.name) }));
}

interface Read {
  readonly terms: RebuildTerms;
  readonly tiers: readonly ManifestsOfTier[];
  readonly nowMs: number;
}

/** Writes down which tiers were not read; returns how many lack something. */
function noteLacking(scratch: string, { terms, tiers, nowMs }: Read): number {
  using catalog = openCatalog(scratch);
  const read = new Set(tiers.filter(({ error }) => error === null).map(({ tier }) => tier));
  for (const { name, path } of terms.tiers) {
    if (path !== undefined && !read.has(name))
      catalog.lackingTiers.save({ tier: name, lack: "unread", sinceMs: nowMs });
  }
  return catalog.lackingTiers.all().length;
}

/** `20261123T041500Z` */
function compactTime(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:]|\.\d+/g, "");
}

function tell(terms: RebuildTerms, nowMs: number): void {
  using catalog = openCatalog(terms.stateDir);
  tellHealth(terms, { catalog, nowMs });
}
