import type { JobRule } from "../config/config.ts";

/**
 * The configured rule with what was approved in place of what was edited since, so that the two plans can be compared;
 * `undefined` where the approved one speaks of another place. Canonical texts have the rule's own names for all else.
 */
export function ruleAsApproved(rule: JobRule, current: string, approved: string): JobRule | undefined {
  const before = JSON.parse(approved) as Canonical;
  const now = JSON.parse(current) as Canonical;
  if (JSON.stringify(before.source) !== JSON.stringify(now.source) || before.action !== now.action) return undefined;
  const keys = new Set([...Object.keys(before), ...Object.keys(now)]);
  keys.delete("action");
  keys.delete("source");
  return { ...rule, ...Object.fromEntries([...keys].map((key) => [key, before[key]])) } as JobRule;
}

type Canonical = Readonly<Record<string, unknown>>;
