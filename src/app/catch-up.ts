import type { Catalog } from "../catalog/catalog.ts";
import type { Job } from "../jobs/job.ts";
import { isBehind } from "../rebuild/behind.ts";
import { importTier } from "../rebuild/import-tier.ts";
import type { OpenTier } from "../tiers/tier.ts";
import type { ChildDoors } from "./job-child.ts";
import type { JobRequest } from "./job-messages.ts";

interface CatchingUp {
  readonly request: JobRequest;
  readonly doors: ChildDoors;
}

/**
 * The same job, which looks at its tiers before it repairs what dead runs left: it reads the manifests of one that a
 * rebuild could not read, and notes one that says more than this catalog knows.
 */
export function catchingUp(job: Job, catalog: Catalog, asked: CatchingUp): Job {
  return {
    ...job,
    recover: async () => {
      for (const tier of job.writesTo) await catchUp(tier, catalog, asked);
      return await job.recover();
    },
  };
}

async function catchUp(tier: OpenTier, catalog: Catalog, { request, doors }: CatchingUp): Promise<void> {
  const { host, formerHosts, run } = request;
  const nowMs = doors.clock.now();
  const lacking = catalog.lackingTiers.all().find((each) => each.tier === tier.name);
  if (lacking?.lack === "unread") {
    const watch = { signal: doors.signal, onProgress: () => doors.send({ type: "waiting" }) };
    await importTier(catalog, tier, { hosts: [host, ...formerHosts], nowMs, isAlone: false, watch });
  } else if (isBehind(catalog, tier, { host, run })) {
    catalog.lackingTiers.save({ tier: tier.name, lack: "behind", sinceMs: nowMs });
  }
}
