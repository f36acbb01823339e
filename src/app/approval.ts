import { createHash } from "node:crypto";
import type { Decisions } from "../catalog/decisions.ts";
import { printDuration } from "../lib/units.ts";
import type { Approval } from "../reports/plan.ts";

/** SHA-256 of a rule's canonical text, in hex. */
export function fingerprintOf(rule: string): string {
  return createHash("sha256").update(rule).digest("hex");
}

/** How a rule as it stands relates to what a person approved. */
export function judgeApproval(rule: string, saved: ReturnType<Decisions["approvalOf"]>): Approval {
  const fingerprint = fingerprintOf(rule);
  if (saved === undefined) {
    return { state: "never", fingerprint, since: null, by: null, changes: [], effect: null };
  }
  const known = { fingerprint, since: new Date(saved.approvedAtMs).toISOString(), by: saved.approvedBy, effect: null };
  if (saved.fingerprint === fingerprint) return { state: "approved", ...known, changes: [] };
  return { state: "changed", ...known, changes: changesBetween(saved.rule, rule) };
}

/** The keys that differ, in words an operator wrote: `olderThanMs` is shown as `older_than`, `7d`. */
function changesBetween(before: string, after: string): Approval["changes"] {
  const old = flatten(JSON.parse(before) as object);
  const current = flatten(JSON.parse(after) as object);
  return [...new Set([...old.keys(), ...current.keys()])]
    .filter((key) => old.get(key) !== current.get(key))
    .map((key) => ({
      key: configuredName(key),
      before: old.get(key) ?? "(none)",
      after: current.get(key) ?? "(none)",
    }));
}

function flatten(value: object, prefix = ""): ReadonlyMap<string, string> {
  const flat = new Map<string, string>();
  for (const [key, inner] of Object.entries(value)) {
    const path = `${prefix}${key}`;
    if (typeof inner === "object" && inner !== null && !Array.isArray(inner)) {
      for (const [below, text] of flatten(inner, `${path}.`)) flat.set(below, text);
    } else flat.set(path, path.endsWith("Ms") ? JSON.stringify(printDuration(Number(inner))) : JSON.stringify(inner));
  }
  return flat;
}

function configuredName(key: string): string {
  return key.replace(/Ms$/, "").replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** What differs in the place that a job takes its files from: another file system there is a guard of its own. */
export function sourceChange(rule: string, saved: ReturnType<Decisions["approvalOf"]>): string | undefined {
  if (saved === undefined) return undefined;
  const before = (JSON.parse(saved.rule) as { source?: Source }).source;
  const after = (JSON.parse(rule) as { source?: Source }).source;
  if (before === undefined || after === undefined || before.path !== after.path) return undefined;
  if (before.filesystemId === after.filesystemId && before.mountPoint === after.mountPoint) return undefined;
  return `it was on ${describe(before)} when it was approved, and is on ${describe(after)} now`;
}

interface Source {
  readonly path: string;
  readonly filesystemType: string;
  readonly filesystemId: string;
  readonly mountPoint: string;
}

function describe(source: Source): string {
  return `${source.filesystemType} ${source.filesystemId} mounted at ${source.mountPoint}`;
}
