import type { Catalog } from "../catalog/catalog.ts";
import type { Config } from "../config/config.ts";
import { checkHealth } from "../health/check.ts";
import { OperatorError } from "../lib/errors.ts";
import type { HealthReport } from "../reports/health.ts";
import { openTier } from "../tiers/open.ts";
import type { OpenTier, TierConfig } from "../tiers/tier.ts";
import type { AppDoors } from "./app.ts";

/** Tiers that are opened when they are first asked for, and held until the end. */
export interface TierShelf extends Disposable {
  /** @throws OperatorError TIER_* */
  readonly tier: (name: string) => OpenTier;
  /** The tier is there and is itself. */
  readonly has: (name: string) => boolean;
}

/**
 * Asks by a probe child which of these tiers answer before this process touches any, since a hung one would take it
 * along (invariant 9); waits at most as long as `health` does.
 */
export async function openShelf(
  doors: AppDoors,
  config: Config,
  { catalog, names }: { catalog: Catalog; names: Iterable<string> },
): Promise<TierShelf> {
  const wanted = new Set(names);
  const hung = await hungTiers(
    doors,
    config,
    config.tiers.filter((tier) => wanted.has(tier.name)),
  );
  const held = new DisposableStack();
  const opened = new Map<string, OpenTier>();
  const open = (name: string) => {
    const tierConfig = requireTier(config, name);
    const since = hung.get(name);
    if (since !== undefined) throw notAnswering(name, since);
    const tier = held.use(openTier(tierConfig, catalog.decisions.pinOf(name)));
    opened.set(name, tier);
    return tier;
  };
  const tier = (name: string) => opened.get(name) ?? open(name);
  return { tier, has: (name) => succeeds(() => tier(name)), [Symbol.dispose]: () => held.dispose() };
}

/** Since when tiers have not answered, ISO 8601; a probe child asks them, for as long as `health` does at most. */
export async function hungTiers(
  doors: AppDoors,
  config: Pick<Config, "host" | "runtimeDir">,
  tiers: readonly TierConfig[],
): Promise<ReadonlyMap<string, string>> {
  const report = await askTiers(doors, config, tiers);
  return new Map(report.tiers.flatMap(({ name, hungSince }) => (hungSince === null ? [] : [[name, hungSince]])));
}

/** A path that is no tier, in the terms in which a probe child is asked whether its file system answers. */
export function onlyWatched(path: string): TierConfig {
  return {
    name: path,
    path: undefined,
    filesystems: [path],
    volumeGroup: undefined,
    server: undefined,
    filesystemType: undefined,
    warnRatio: 1,
    criticalRatio: 1,
    directory: false,
    reserveRatio: 0,
    readBack: "cache",
  };
}

/** How tiers are, from probe children; as long as `health` waits at most. */
export function askTiers(
  doors: AppDoors,
  config: Pick<Config, "host" | "runtimeDir">,
  tiers: readonly TierConfig[],
): Promise<HealthReport> {
  return checkHealth(
    {
      tiers,
      jobs: [],
      hostName: config.host,
      toolVersion: doors.toolVersion,
      runtimeDir: config.runtimeDir,
      userRuntimeDir: doors.userRuntimeDir,
      probeEntry: doors.entryPoint("probe"),
      startedMs: doors.host.clock.elapsed(),
    },
    doors.host,
    doors.signal,
  );
}

function requireTier(config: Config, name: string): TierConfig {
  const tier = config.tiers.find((candidate) => candidate.name === name);
  if (tier !== undefined) return tier;
  throw notConfigured(name);
}

/** Adopted tiers on which something is stored, and which the configuration does not lead to any more. */
export function strandedTiers({ tiers }: Pick<Config, "tiers">, catalog: Catalog): readonly string[] {
  const reachable = new Set(tiers.filter(({ path }) => path !== undefined).map(({ name }) => name));
  const { tiers: adopted } = catalog.decisions.names();
  return adopted.filter((name) => !reachable.has(name) && catalog.contentsOf(name).versions > 0);
}

export function notConfigured(name: string): OperatorError {
  return new OperatorError("TIER_UNAVAILABLE", `${name} is not in the configuration any more`, {
    hint: `bring [tiers.${name}] back to reach what lies there; gone for good: tierkeep tier forget ${name}`,
  });
}

export function notAnswering(name: string, since: string): OperatorError {
  return new OperatorError("TIER_UNAVAILABLE", `${name} has not answered since ${since}`, { hint: "tierkeep health" });
}

function succeeds(open: () => unknown): boolean {
  try {
    open();
    return true;
  } catch (error) {
    if (error instanceof OperatorError) return false;
    throw error;
  }
}
