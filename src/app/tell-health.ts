import type { Catalog } from "../catalog/catalog.ts";
import type { Config } from "../config/config.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { escapedText } from "../reports/path.ts";
import { type ToldJob, writePinStatus } from "../tiers/status-pins.ts";

export interface Told {
  readonly catalog: Pick<Catalog, "decisions" | "flaws" | "lackingTiers" | "quarantine">;
  readonly nowMs: number;
  /** What became of jobs just now. */
  readonly jobs?: readonly ToldJob[];
}

/** Leaves for health what it cannot see itself, since it opens no catalog; /run is empty after a boot. */
export function tellHealth(
  { tiers, runtimeDir, host }: Pick<Config, "tiers" | "runtimeDir" | "host">,
  { catalog, nowMs, jobs = [] }: Told,
): void {
  const pins = tiers.flatMap(({ name }) => catalog.decisions.pinOf(name) ?? []);
  const flaws = catalog.flaws.counts().map((flaw) => ({ ...flaw, example: escapedText(flaw.example) }));
  const aside = catalog.quarantine.counts().map((count) => ({ ...count, root: shellQuote(count.root) }));
  writePinStatus(runtimeDir, pins, { now: nowMs, host, jobs, flaws, lacking: catalog.lackingTiers.all(), aside });
}
