import { joinPath, type RawPath } from "../lib/raw-path.ts";
import { storedName } from "../policies/stored-name.ts";
import { escapedText } from "../reports/path.ts";
import { storedCompression, suffixes } from "./copier-context.ts";
import type { MoveRule } from "./rule.ts";
import { jobFolder } from "./stored-tree.ts";

const usualNameMaxBytes = 255;

export interface PlannedThing {
  /** From the source's root. */
  readonly path: RawPath;
  readonly modifiedNs: bigint;
  /** A set, or a directory in one. */
  readonly isDirectory: boolean;
}

/**
 * Where a planned file or set will lie, as `TIER:PATH`. Content that turns out not to compress keeps its own name, and a
 * name that is taken gets something added, so this is what to expect and not a promise.
 */
export function plannedPlace(rule: MoveRule, host: string, thing: PlannedThing): string {
  return `${rule.to}:${escapedText(plannedName(rule, host, thing))}`;
}

function plannedName(rule: MoveRule, host: string, { path, modifiedNs, isDirectory }: PlannedThing): RawPath {
  const suffix = isDirectory ? "" : suffixes[storedCompression(rule.compress)];
  const below = storedName({ path, modifiedNs, layout: rule.layout, suffix, nameMaxBytes: usualNameMaxBytes });
  return joinPath(jobFolder(host, rule.name), below);
}
