import { type AccessTimes, accessTimesOf, accessTimesWarning } from "../../policies/access-times.ts";
import { atKey } from "../at-key.ts";
import type { MoveDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { CheckFacts } from "./check.ts";

/** Keys of `[[move]]` that make no sense together, or not on the file system that the source lies on. */
export function checkMoveSense({ draft, mountOf }: CheckFacts): readonly Finding[] {
  return draft.moves.flatMap((move) => {
    const mount = move.sourceRoot === undefined ? undefined : mountOf(move.sourceRoot);
    const times = mount === undefined ? undefined : accessTimesOf(mount);
    return [...oddWatermarks(move), ...oddSets(move), ...oddAccessTimes(move, times)];
  });
}

function oddWatermarks({ section }: MoveDraft): readonly Finding[] {
  const { when_above, until_below } = section.fields;
  const [above, below] = [when_above?.value, until_below?.value];
  if (above === undefined && below === undefined) return [];
  if (below === undefined) return [atKey(section, "when_above", { message: "needs until_below, where it stops" })];
  if (above === undefined) return [atKey(section, "until_below", { message: "needs when_above, where it begins" })];
  if (below <= above) return [];
  return [atKey(section, "until_below", { message: "is above when_above", hint: "write a lower percentage" })];
}

function oddSets({ section }: MoveDraft): readonly Finding[] {
  const { unit, layout } = section.fields;
  if (unit?.value !== "entry" || layout?.value !== "by-date") return [];
  return [atKey(section, "layout", { message: 'a set stays together: unit = "entry" has the layout tree' })];
}

function oddAccessTimes({ section }: MoveDraft, times: AccessTimes | undefined): readonly Finding[] {
  const unusedForMs = section.fields.unused_for?.value;
  if (unusedForMs === undefined || times === undefined) return [];
  const message = accessTimesWarning(times, unusedForMs);
  return message === undefined ? [] : [atKey(section, "unused_for", { message, severity: "warning" })];
}
