import { stamps } from "../../clean/rule.ts";
import { atKey } from "../at-key.ts";
import type { Finding } from "../finding.ts";
import type { CheckFacts } from "./check.ts";

/** Ages by which `clean` would take what nobody thinks of as old (HAZARDS D5, D9). */
export function checkCleanAge({ draft }: CheckFacts): readonly Finding[] {
  return draft.cleans.flatMap(({ section }) => {
    const { older_than, age_by } = section.fields;
    const findings: Finding[] = [];
    if (older_than?.value === 0) {
      findings.push(atKey(section, "older_than", { message: "everything is that old: it would all go at once" }));
    }
    const missing = stamps.filter((stamp) => age_by?.value?.includes(stamp) === false);
    if (missing.length === stamps.length) {
      const hint = "leave it out to go by all four";
      findings.push(atKey(section, "age_by", { message: "names no time stamp, so nothing has an age", hint }));
    } else if (missing.length > 0) {
      const message = `leaves out ${missing.join(", ")}: what is new, or read every day, may look old by the rest`;
      findings.push(atKey(section, "age_by", { message, hint: "leave it out to go by all four", severity: "warning" }));
    }
    return findings;
  });
}
