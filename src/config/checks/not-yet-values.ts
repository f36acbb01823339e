import { atKey } from "../at-key.ts";
import type { Finding } from "../finding.ts";
import { notYetMessage } from "../not-yet.ts";
import type { CheckFacts } from "./check.ts";

/** Values that INTERFACE section 1 knows and this version does not act on. */
export function checkNotYetValues({ draft }: CheckFacts): readonly Finding[] {
  return draft.moves.flatMap(({ section }) => {
    const found: Finding[] = [];
    if (section.fields.source?.value.kind === "job") found.push(atKey(section, "source", { message: notYetMessage }));
    return found;
  });
}
