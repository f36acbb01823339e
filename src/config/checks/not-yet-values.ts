import { atKey } from "../at-key.ts";
import type { Finding } from "../finding.ts";
import { notYetMessage } from "../not-yet.ts";
import type { CheckFacts } from "./check.ts";

/** Values that INTERFACE section 1 knows and this version does not act on. */
export function checkNotYetValues({ draft }: CheckFacts): readonly Finding[] {
  return draft.moves.flatMap(({ section }) => {
    const found: Finding[] = [];
    for (const key of ["when_above", "max_move"] as const)
      if (section.fields[key]?.value !== undefined) found.push(atKey(section, key, { message: notYetMessage }));
    if (section.fields.source?.value.kind === "job") found.push(atKey(section, "source", { message: notYetMessage }));
    return found;
  });
}
