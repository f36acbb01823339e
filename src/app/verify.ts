import type { Catalog } from "../catalog/catalog.ts";
import type { Config } from "../config/config.ts";
import { readIoPressure } from "../host/io-pressure.ts";
import { OperatorError } from "../lib/errors.ts";
import type { ReportedError } from "../reports/plan.ts";
import { type VerifiedTier, type VerifyFinding, type VerifyReport, verifyReport } from "../reports/verify.ts";
import type { TierConfig } from "../tiers/tier.ts";
import { type AppDoors, envelopeFacts } from "./app.ts";
import { doTier } from "./do-tier.ts";
import { notConfigured, strandedTiers } from "./shelf.ts";
import { openCatalogToWrite, reportedError, requireCatalog } from "./stored.ts";
import { tellHealth } from "./tell-health.ts";
import type { FromTierChild, VerifyTask } from "./tier-messages.ts";

export interface VerifyWatch {
  readonly onListed: (tier: string, totals: { files: number; bytes: number }) => void;
  readonly onRead: (tier: string, done: { files: number; bytes: number }) => void;
}

export interface VerifyRequest {
  /** A job's or a tier's name; `undefined`: everything. */
  readonly name: string | undefined;
  /** Share of the bytes on each tier, from 0 to 1. */
  readonly share: number;
  readonly sinceMs: number | undefined;
  readonly watch: VerifyWatch;
}

/** So many findings are listed; more are counted. */
const listedAtMost = 1_000;

/**
 * Reads back from the devices what is stored, compares it with what the catalog says, and leaves what is wrong for
 * health. Each tier is read in a process of its own, one after another. @throws OperatorError USAGE, NOT_FOUND
 */
export async function verifyStored(doors: AppDoors, config: Config, request: VerifyRequest): Promise<VerifyReport> {
  const { readable, stranded } = choose(config, request.name);
  const tiers: VerifiedTier[] = [];
  const findings: VerifyFinding[] = [];
  for (const { tier, jobs } of readable) {
    if (doors.signal.aborted) break;
    const task = taskFor(config, tier, { jobs, request });
    tiers.push(await verifyOneTier(doors, config, { task, findings, watch: request.watch }));
  }
  tiers.push(...stranded.map(unreachable));
  using catalog = openCatalogToWrite(config);
  const nowMs = doors.host.clock.now();
  tellHealth(config, { catalog, nowMs });
  const { everyMs } = config.verify;
  const overdue = { ...catalog.unreadSince(nowMs - everyMs), everyMs };
  const status = doors.signal.aborted ? "interrupted" : statusOf(tiers);
  return verifyReport({ status, tiers, findings, overdue }, envelopeFacts(doors, config));
}

interface Chosen {
  readonly readable: readonly {
    readonly tier: TierConfig;
    /** `undefined`: whatever job stored it. */
    readonly jobs: readonly string[] | undefined;
  }[];
  /** Names of tiers that nothing leads to. */
  readonly stranded: readonly string[];
}

/** The tiers on which something of this name lies. @throws OperatorError USAGE, NOT_FOUND */
function choose(config: Config, name: string | undefined): Chosen {
  using catalog = requireCatalog(config);
  const tiers = config.tiers.filter((tier) => isUsed(catalog, tier));
  const stranded = strandedTiers(config, catalog);
  if (name === undefined) return { readable: tiers.map((tier) => ({ tier, jobs: undefined })), stranded };
  if (stranded.includes(name)) return { readable: [], stranded: [name] };
  const tier = config.tiers.find((each) => each.name === name);
  if (tier !== undefined) return { readable: tiers.includes(tier) ? [{ tier, jobs: undefined }] : [], stranded: [] };
  const job = config.jobs.find((each) => each.name === name);
  const jobs = job === undefined ? [name] : [name, ...job.formerly];
  const holding = new Set(jobs.flatMap((each) => catalog.tiersOfJob(each)));
  if (job !== undefined || holding.size > 0) {
    const readable = tiers.filter((each) => holding.has(each.name)).map((each) => ({ tier: each, jobs }));
    return { readable, stranded: stranded.filter((each) => holding.has(each)) };
  }
  const known = [...config.tiers, ...config.jobs].map((each) => each.name).join(", ");
  throw new OperatorError("USAGE", `there is no job and no tier ${name}`, { hint: `there are: ${known}` });
}

function isUsed({ decisions }: Pick<Catalog, "decisions">, { name, path }: TierConfig): boolean {
  return path !== undefined && decisions.pinOf(name) !== undefined;
}

function taskFor(
  config: Config,
  tier: TierConfig,
  { jobs, request }: { readonly jobs: VerifyTask["jobs"]; readonly request: VerifyRequest },
): VerifyTask {
  using catalog = requireCatalog(config);
  const { limits, verify, stateDir } = config;
  const readRate = verify.readRate ?? limits.readRate;
  return {
    kind: "verify",
    place: { how: "configured", tier, pin: catalog.decisions.pinOf(tier.name) },
    stateDir,
    jobs,
    sinceMs: request.sinceMs,
    share: request.share,
    limits: { ...limits, readRate },
    baselineRatio: readIoPressure()?.recentRatio ?? 0,
  };
}

interface Verifying {
  readonly task: VerifyTask;
  /** What is wrong is added to these. */
  readonly findings: VerifyFinding[];
  readonly watch: VerifyWatch;
}

async function verifyOneTier(
  doors: AppDoors,
  config: Config,
  { task, findings, watch }: Verifying,
): Promise<VerifiedTier> {
  const { name } = task.place.tier;
  const begun = doors.host.clock.elapsed();
  let totals = { files: 0, bytes: 0 };
  const done = { ...nothingRead };
  const onMessage = (message: FromTierChild) => {
    if (message.type === "listed") {
      totals = message.totals;
      watch.onListed(name, totals);
    } else if (message.type === "read") watch.onRead(name, { files: 0, bytes: message.bytes });
    else if (message.type === "verified") {
      done.files += message.files;
      done.bytes += message.bytes;
      done.mended += message.mended;
      done.pausedMs = message.pausedMs;
      watch.onRead(name, { files: message.files, bytes: 0 });
    } else if (message.type === "flaws") {
      for (const { kind } of message.findings) done[kind] += 1;
      findings.push(...message.findings.slice(0, Math.max(listedAtMost - findings.length, 0)));
    }
  };
  const error = await untilStopped(doors, () => doTier(doors, config, { task, onMessage }));
  const seconds = (doors.host.clock.elapsed() - begun) / 1000;
  return { tier: name, ...done, ofFiles: totals.files, ofBytes: totals.bytes, seconds, error: error ?? null };
}

const nothingRead = { files: 0, bytes: 0, mended: 0, missing: 0, damaged: 0, replaced: 0, pausedMs: 0 };

function unreachable(tier: string): VerifiedTier {
  return { tier, ...nothingRead, ofFiles: 0, ofBytes: 0, seconds: 0, error: reportedError(notConfigured(tier)) };
}

/** What was read before somebody said stop is told all the same. */
async function untilStopped(
  doors: AppDoors,
  work: () => Promise<ReportedError | undefined>,
): Promise<ReportedError | undefined> {
  try {
    return await work();
  } catch (error) {
    if (doors.signal.aborted && error === doors.signal.reason) return undefined;
    throw error;
  }
}

function statusOf(tiers: readonly VerifiedTier[]): VerifyReport["status"] {
  if (tiers.some(({ missing, damaged, replaced }) => missing + damaged + replaced > 0)) return "problems";
  return tiers.some(({ error }) => error !== null) ? "partial" : "ok";
}
