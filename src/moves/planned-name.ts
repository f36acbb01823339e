import type { Step } from "../catalog/step-table.ts";
import { joinPath, type RawPath } from "../lib/raw-path.ts";
import { storedName } from "../policies/stored-name.ts";
import { escapedText } from "../reports/path.ts";
import { storedCompression, suffixes } from "./copier-context.ts";
import type { MoveRule } from "./rule.ts";
import { jobFolder } from "./stored-tree.ts";

const usualNameMaxBytes = 255;

/**
 * Where a planned file will lie, as `TIER:PATH`. Content that turns out not to compress keeps its own name, and a name
 * that is taken gets a hash, so this is what to expect and not a promise.
 */
export function plannedPlace(rule: MoveRule, host: string, step: Pick<Step, "path" | "identity">): string {
  return `${rule.to}:${escapedText(plannedName(rule, host, step))}`;
}

function plannedName(rule: MoveRule, host: string, step: Pick<Step, "path" | "identity">): RawPath {
  const suffix = suffixes[storedCompression(rule.compress)];
  const { path, identity } = step;
  const below = storedName({
    path,
    modifiedNs: identity.modifiedNs,
    layout: rule.layout,
    suffix,
    nameMaxBytes: usualNameMaxBytes,
  });
  return joinPath(jobFolder(host, rule.name), below);
}
