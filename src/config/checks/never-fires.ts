import { isWithin } from "../../lib/raw-path.ts";
import { atKey } from "../at-key.ts";
import type { CleanDraft, Draft, MoveDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { CheckFacts } from "./check.ts";

/** A rule that can never fire, as far as its own section shows it. */
export function checkNeverFires({ draft }: CheckFacts): readonly Finding[] {
  return [
    ...draft.moves.flatMap((move) => {
      const { section, sourcePath, sourceRoot } = move;
      return [...emptySelection(move), ...absolutePatterns(section, [sourcePath, sourceRoot]), ...neverAbove(move)];
    }),
    ...draft.cleans.flatMap((clean) => {
      const { section, root } = clean;
      return [
        ...emptySelection(clean),
        ...absolutePatterns(section, [section.fields.path?.value, root]),
        ...noCap(clean),
      ];
    }),
    ...(draft.docker === undefined ? [] : noAge(draft.docker)),
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
function absolutePatterns(
  section: MoveDraft["section"] | CleanDraft["section"],
  places: readonly (string | undefined)[],
): readonly Finding[] {
  const roots = places.filter((path) => path !== undefined && path !== "/");
  return (["include", "exclude"] as const).flatMap((list) =>
    (section.fields[list]?.value ?? []).flatMap((pattern, index): readonly Finding[] => {
      const root = roots.find((path) => path !== undefined && isWithin(pattern, path));
      if (root === undefined) return [];
      const rest = pattern.slice(root.length) || "*";
      const message = "fits nothing: patterns begin at the job's own tree";
      const at = atKey(section, list, { message, hint: `write "${rest}"` });
      return [{ ...at, key: `${at.key}[${index}]`, found: JSON.stringify(pattern) }];
    }),
  );
}

function neverAbove({ section }: MoveDraft): readonly Finding[] {
  if (section.fields.when_above?.value !== 1) return [];
  const message = "never moves anything: no file system is fuller than that";
  return [atKey(section, "when_above", { message, severity: "warning" })];
}

function noCap({ section }: CleanDraft): readonly Finding[] {
  const cap = section.fields.max_delete?.value;
  if (cap === undefined || (cap.files > 0 && cap.bytes !== 0)) return [];
  const message = "lets no run delete anything";
  return [atKey(section, "max_delete", { message, severity: "warning" })];
}

const dockerAges = ["stopped_containers_older_than", "unused_images_older_than", "build_cache_older_than"] as const;

function noAge(section: NonNullable<Draft["docker"]>): readonly Finding[] {
  if (dockerAges.some((age) => section.fields[age]?.value !== undefined)) return [];
  const { line, key } = section;
  const message = "never removes anything: it names no age";
  return [{ severity: "warning", line, key, found: undefined, message, hint: `write ${dockerAges.join(" or ")}` }];
}
