import { atKey } from "../at-key.ts";
import type { TierDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { CheckFacts } from "./check.ts";

/** A tier that says nothing of where it is, or whose levels contradict each other. */
export function checkTierSense({ draft }: CheckFacts): readonly Finding[] {
  return draft.tiers.flatMap((tier) => [...placeless(tier), ...levels(tier)]);
}

function placeless({ name, section }: TierDraft): readonly Finding[] {
  const { path, filesystems, volume_group } = section.fields;
  const places = [path, filesystems, volume_group];
  if (places.some((field) => field === undefined || (field.value !== undefined && field.value.length > 0))) return [];
  const message = `tier ${name} says nowhere where it is`;
  const hint = "write path, to put files there, or filesystems, to watch them";
  return [{ severity: "error", line: section.line, key: section.key, found: undefined, message, hint }];
}

function levels({ section }: TierDraft): readonly Finding[] {
  const { warn, critical, reserve } = section.fields;
  const findings: Finding[] = [];
  if (warn !== undefined && critical !== undefined && warn.value > critical.value) {
    const key = warn.given ? "warn" : "critical";
    findings.push(atKey(section, key, { message: `warn (${text(warn)}) is above critical (${text(critical)})` }));
  }
  if (reserve?.value === 1) findings.push(atKey(section, "reserve", { message: "leaves no room for any file" }));
  return findings;
}

function text(field: { readonly plain: unknown }): string {
  return String(field.plain);
}
