import { openCatalogToRead } from "../catalog/catalog.ts";
import type { Guards } from "../catalog/guards.ts";
import type { Config, JobRule } from "../config/config.ts";
import { readMachineClock } from "../host/machine-clock.ts";
import { judgeClock } from "../jobs/clock-guard.ts";
import type { Refusal } from "../jobs/job.ts";
import { rawPath } from "../lib/raw-path.ts";
import { type Mount, mountOf, readMounts } from "../tiers/mounts.ts";
import type { TierConfig } from "../tiers/tier.ts";
import type { AppDoors } from "./app.ts";
import { askTiers } from "./shelf.ts";

/** Why destructive steps are refused whatever the job, as of now; for verbs that only show it. */
export async function clockRefusal(doors: AppDoors, config: Config): Promise<Refusal | undefined> {
  using catalog = openCatalogToRead(config.stateDir);
  return await judgeMachineClock(doors, config, catalog?.guards);
}

/** Compares this machine's clock with that of the last run, and with those of the servers of network tiers. */
async function judgeMachineClock(
  doors: AppDoors,
  config: Config,
  guards: Pick<Guards, "lastClock"> | undefined,
): Promise<Refusal | undefined> {
  const mounts = readMounts();
  const remote = config.tiers.filter((tier) => isRemote(tier, mounts));
  const { tiers } = remote.length === 0 ? { tiers: [] } : await askTiers(doors, config, remote);
  const servers = tiers.flatMap(({ name, clockAheadMs }) =>
    clockAheadMs === null ? [] : [{ tier: name, aheadMs: clockAheadMs }],
  );
  return judgeClock(guards?.lastClock(), readMachineClock(), servers);
}

/** What a run makes of the clock. */
export interface ClockTrust {
  readonly refusal: Refusal | undefined;
  /** At the run's end: the next one compares with this clock, unless it was refused and nobody said that it is right. */
  readonly keep: () => void;
}

/** Judges the clock for a run of these jobs. */
export async function openClockTrust(
  doors: AppDoors,
  config: Config,
  { guards, jobs }: { readonly guards: Guards; readonly jobs: readonly Pick<JobRule, "name">[] },
): Promise<ClockTrust> {
  const refusal = await judgeMachineClock(doors, config, guards);
  const lifted = jobs.filter(({ name }) => guards.liftOf(name, "clock") !== undefined);
  return {
    refusal,
    keep: () => {
      const isVouchedFor = lifted.some(({ name }) => guards.liftOf(name, "clock") === undefined);
      if (refusal === undefined || isVouchedFor) guards.saveClock(readMachineClock());
    },
  };
}

const remoteTypes = /^(nfs4?|cifs|smb3|smbfs|ceph|9p|afs|fuse\.(sshfs|glusterfs|ceph|s3fs|rclone))$/;

function isRemote({ path, server }: TierConfig, mounts: readonly Mount[]): boolean {
  if (path === undefined) return false;
  return server !== undefined || remoteTypes.test(mountOf(mounts, rawPath(path))?.fsType ?? "");
}
