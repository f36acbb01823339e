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
    .map((each) => {
      const { job, root } = each;
      const message = `${whatStays(each)} there for ever: ${job} is no clean job any more`;
      const hint = `bring back what is wanted: tierkeep restore ${root}; the rest goes once a [[clean]] has formerly = ["${job}"]`;
      return finding("quarantine-left", { tier: job, message, hint });
    });
}

function whatStays({ job, root, count, bytes, intended }: ToldByRuns["aside"][number]): string {
  const maybe = `up to ${plural(intended, "thing")} that a killed run of ${job} was setting aside in ${root}`;
  if (count === 0) return `${maybe} stay${intended === 1 ? "s" : ""}`;
  const sure = `${plural(count, "thing")}, ${formatBytes(bytes)}, that ${job} set aside in ${root}`;
  if (intended === 0) return `${sure} stay${count === 1 ? "s" : ""}`;
  return `${sure}, and up to ${intended} more that a killed run of it was setting aside, stay`;
}
