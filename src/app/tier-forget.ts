import { type Catalog, openCatalog } from "../catalog/catalog.ts";
import type { Config } from "../config/config.ts";
import { lockAllJobs } from "../jobs/lock-all.ts";
import { OperatorError } from "../lib/errors.ts";
import { pathFields } from "../reports/path.ts";
import type { TierForgetFacts } from "../reports/tier.ts";
import { type AppDoors, newRunId } from "./app.ts";
import { requireCatalog } from "./stored.ts";
import { tellHealth } from "./tell-health.ts";

const examplesAtMost = 1_000;

/** What forgetting a tier would lose. @throws OperatorError USAGE for one that is not known, NOT_FOUND */
export function whatForgettingLoses(config: Config, tier: string): TierForgetFacts {
  using catalog = requireCatalog(config);
  const contents = catalog.contentsOf(tier);
  if (contents.versions === 0 && catalog.decisions.pinOf(tier) === undefined) throw notKnown(catalog, tier);
  const sole = catalog.soleVersionsOn(tier, examplesAtMost);
  const usedBy = config.jobs.filter(({ needs }) => needs.includes(tier)).map(({ name }) => name);
  return { tier, ...contents, sole: { ...sole, examples: sole.examples.map(pathFields) }, usedBy };
}

function notKnown({ decisions }: Pick<Catalog, "decisions">, tier: string): OperatorError {
  const known = decisions.names().tiers;
  const hint = known.length === 0 ? "no tier was adopted yet" : `there are: ${known.join(", ")}`;
  return new OperatorError("USAGE", `the catalog knows no tier ${tier}, and nothing that lies on one`, { hint });
}

/** Calls lost what is stored on a tier; the tier itself is not touched. @throws OperatorError BUSY, STATE_DIR */
export async function forgetTier(doors: AppDoors, config: Config, tier: string): Promise<void> {
  const { stateDir } = config;
  const nowMs = doors.host.clock.now();
  const holder = { pid: doors.pid, since: new Date(nowMs).toISOString(), run: newRunId(doors.host) };
  const jobs = config.jobs.map(({ name }) => name);
  using _locks = await lockAllJobs(jobs, { stateDir, holder, signal: doors.signal });
  using catalog = openCatalog(stateDir);
  catalog.forgetTier(tier);
  tellHealth(config, { catalog, nowMs });
}
