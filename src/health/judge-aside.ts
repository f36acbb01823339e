import { formatBytes, plural } from "../lib/units.ts";
import type { Finding } from "../reports/health.ts";
import { finding } from "./findings.ts";
import type { ToldByRuns } from "./told-by-runs.ts";

export interface ConfiguredJob {
  readonly name: string;
  readonly kind: string;
  /** Names that it had before. */
  readonly formerly: readonly string[];
}

/** What lies aside of a clean job that is not configured any more: no run ends that. Pure. */
export function judgeAside({ aside }: Pick<ToldByRuns, "aside">, jobs: readonly ConfiguredJob[]): readonly Finding[] {
  const names = new Set(jobs.flatMap(({ kind, name, formerly }) => (kind === "clean" ? [name, ...formerly] : [])));
  return aside
    .filter(({ job }) => !names.has(job))
    .map(({ job, root, count, bytes }) => {
      const what = `${plural(count, "thing")}, ${formatBytes(bytes)},`;
      const message = `${what} that ${job} set aside in ${root} stay${count === 1 ? "s" : ""} there for ever: it is no clean job any more`;
      const hint = `bring back what is wanted: tierkeep restore ${root}; the rest goes once a [[clean]] has formerly = ["${job}"]`;
      return finding("quarantine-left", { tier: job, message, hint });
    });
}
