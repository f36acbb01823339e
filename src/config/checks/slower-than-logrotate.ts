import { isWithin, rawPath } from "../../lib/raw-path.ts";
import { formatDuration } from "../../lib/units.ts";
import { compileSelection, type Matcher } from "../../policies/patterns.ts";
import { atKey } from "../at-key.ts";
import type { MoveDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { LogrotateRule } from "../logrotate.ts";
import { dayMs, type RotationLife, rotationLife } from "../rotation-life.ts";
import type { CheckFacts } from "./check.ts";

/** Jobs run daily, so a file that is due must live for another day to be sure to meet a run. */
const runEveryMs = dayMs;

/** A rule slower than logrotate: the file is deleted before, or just when, it would move. */
export function checkSlowerThanLogrotate({ draft, logrotate }: CheckFacts): readonly Finding[] {
  return draft.moves.flatMap((move): readonly Finding[] => {
    const olderThanMs = move.section.fields.older_than?.value ?? move.section.fields.unused_for?.value;
    const { include, exclude } = move.section.fields;
    if (olderThanMs === undefined || include === undefined || exclude === undefined) return [];
    const matcher = compileSelection({ include: include.value, exclude: exclude.value });
    const lost = logrotate
      .flatMap((rule) => rotationLife(rule))
      .filter(({ rule, ms }) => olderThanMs + runEveryMs > ms && concerns(rule, move, matcher))
      .sort((left, right) => left.ms - right.ms);
    const [first, ...more] = lost;
    return first === undefined ? [] : [warning(move, first, { olderThanMs, more: more.length })];
  });
}

/** The job selects a name that logrotate gives a rotated file of this block. */
function concerns(rule: LogrotateRule, { sourcePath, sourceRoot }: MoveDraft, matcher: Matcher): boolean {
  const roots = new Set([sourcePath, sourceRoot].filter((root) => root !== undefined));
  return rule.patterns
    .map((pattern) => rotatedPlace(pattern, rule))
    .some((example) =>
      [...roots].some((root) => {
        if (!isWithin(example, root)) return false;
        const relative = example.slice(root === "/" ? 1 : root.length + 1);
        return rotatedNames(relative, rule).some((name) => matcher.selects(rawPath(name)));
      }),
    );
}

/** A path that the pattern fits, moved to where its rotated files lie. */
function rotatedPlace(pattern: string, { oldDirectory }: LogrotateRule): string {
  const example = pattern.replaceAll(/\{([^,}]*)[^}]*\}/g, "$1").replaceAll(/\[[^\]]*\]|[*?]/g, "x");
  if (oldDirectory === undefined) return example;
  const slash = example.lastIndexOf("/");
  const directory = oldDirectory.startsWith("/") ? oldDirectory : `${example.slice(0, slash)}/${oldDirectory}`;
  return directory + example.slice(slash);
}

function rotatedNames(name: string, { compress, dateExtension }: LogrotateRule): readonly string[] {
  const rotated = dateExtension ? `${name}-20261122` : `${name}.2`;
  return compress ? [rotated, `${rotated}.gz`] : [rotated];
}

interface Comparison {
  readonly olderThanMs: number;
  readonly more: number;
}

function warning({ section }: MoveDraft, life: RotationLife, { olderThanMs, more }: Comparison): Finding {
  const others = more === 0 ? "" : ` (and ${more} more like it)`;
  const message =
    `slower than logrotate: ${life.because} deletes at ${days(life.ms)}; ` +
    `this rule starts at ${days(olderThanMs)} [${life.rule.from}]${others}`;
  const thirdMs = Math.floor(life.ms / 3 / dayMs) * dayMs;
  const hint = thirdMs > 0 ? `use ${thirdMs / dayMs}d` : `raise rotate in ${life.rule.from}`;
  return atKey(section, "older_than", { message, hint, severity: "warning" });
}

/** Whole days as days, so that both numbers compare at a glance. */
function days(ms: number): string {
  return ms % dayMs === 0 ? `${ms / dayMs} d` : formatDuration(ms);
}
