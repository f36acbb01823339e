import { jobKinds } from "../../lib/job-kinds.ts";
import { atKey } from "../at-key.ts";
import type { Finding } from "../finding.ts";
import type { CheckFacts } from "./check.ts";

/** Names are unique over jobs, tiers and kinds, since commands and paths tell things apart by them alone. */
export function checkNames({ draft }: CheckFacts): readonly Finding[] {
  const taken = new Map<string, string>(jobKinds.map((kind) => [kind, "a kind of job"]));
  const findings: Finding[] = [];
  for (const { name, section } of draft.tiers) {
    const owner = name === "job" ? "the word in job:NAME" : taken.get(name);
    if (owner !== undefined) {
      const message = `the name is taken: it is ${owner}`;
      findings.push({
        severity: "error",
        line: section.line,
        key: section.key,
        found: undefined,
        message,
        hint: "choose another",
      });
    }
    taken.set(name, `the tier of line ${section.line}`);
  }
  for (const { name, section } of [...draft.moves, ...draft.cleans]) {
    if (name === undefined) continue;
    const owner = taken.get(name);
    if (owner !== undefined) {
      findings.push(atKey(section, "name", { message: `the name is taken: it is ${owner}`, hint: "choose another" }));
    } else taken.set(name, `the job of line ${section.line}`);
  }
  return findings;
}
