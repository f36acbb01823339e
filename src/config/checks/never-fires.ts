import { isWithin } from "../../lib/raw-path.ts";
import { atKey } from "../at-key.ts";
import type { CleanDraft, MoveDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { CheckFacts } from "./check.ts";

/** A rule that can never fire, as far as its patterns show it. */
export function checkNeverFires({ draft }: CheckFacts): readonly Finding[] {
  return [
    ...draft.moves.flatMap((move) => [...emptySelection(move), ...absolutePatterns(move)]),
    ...draft.cleans.flatMap(emptySelection),
  ];
}

const everything = ["*", "**", "**/*"];

function emptySelection({ section }: MoveDraft | CleanDraft): readonly Finding[] {
  const { include, exclude } = section.fields;
  if (include?.value.length === 0) {
    return [
      atKey(section, "include", {
        message: "can never fire: it includes nothing",
        hint: "leave it out to include all",
      }),
    ];
  }
  if (include === undefined || exclude === undefined) return [];
  const all = exclude.value.some((pattern) => everything.includes(pattern));
  if (!all && !include.value.every((pattern) => exclude.value.includes(pattern))) return [];
  return [atKey(section, "exclude", { message: "can never fire: what is included is excluded again" })];
}

/** A slash at a pattern's start means the source, not the root of the machine. */
function absolutePatterns({ section, sourcePath, sourceRoot }: MoveDraft): readonly Finding[] {
  const source = [sourcePath, sourceRoot].filter((path) => path !== undefined && path !== "/");
  return (section.fields.include?.value ?? []).flatMap((pattern, index): readonly Finding[] => {
    const root = source.find((path) => path !== undefined && isWithin(pattern, path));
    if (root === undefined) return [];
    const rest = pattern.slice(root.length) || "*";
    const at = atKey(section, "include", {
      message: "can never fire: patterns begin at the source",
      hint: `write "${rest}"`,
    });
    return [{ ...at, key: `${at.key}[${index}]`, found: JSON.stringify(pattern) }];
  });
}
