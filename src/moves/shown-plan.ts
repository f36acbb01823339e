import type { Plan, PlannedStep } from "../jobs/job.ts";
import type { MovePlan } from "./plan.ts";
import { type PlannedThing, plannedPlace } from "./planned-name.ts";
import type { MoveRule } from "./rule.ts";

/** A plan as every kind of job shows it: one step for each file, or for each set. */
export function shownPlan(rule: MoveRule, host: string, plan: MovePlan): Plan {
  const isBySets = rule.unit === "entry";
  const { sets } = plan.sets.totals();
  const { files, bytes, oldestNs } = isBySets ? plan.sets.totals() : plan.steps.totals();
  const isCapped = plan.overCap.files > 0;
  const oldestMs = oldestNs === undefined ? undefined : msOf(oldestNs);
  return {
    totals: { files, bytes, oldestMs, ...(isBySets ? { sets } : {}), ...(isCapped ? { overCap: plan.overCap } : {}) },
    frees: plan.frees,
    kept: plan.kept,
    keptAsOfMs: plan.keptAsOfMs,
    errors: plan.unreadable,
    warnings: plan.warnings,
    notes: plan.notes,
    refusal: plan.refusal,
    steps: () => (isBySets ? setSteps(rule, host, plan) : fileSteps(rule, host, plan)),
    [Symbol.dispose]: () => plan[Symbol.dispose](),
  };
}

function* fileSteps(rule: MoveRule, host: string, { steps }: MovePlan): Generator<PlannedStep> {
  for (const { path, identity } of steps.steps()) {
    const { sizeBytes, modifiedNs } = identity;
    yield shownStep(rule, host, { path, modifiedNs, isDirectory: false, sizeBytes });
  }
}

function* setSteps(rule: MoveRule, host: string, { sets }: MovePlan): Generator<PlannedStep> {
  for (const { entry, kind, bytes, newestNs } of sets.sets())
    yield shownStep(rule, host, {
      path: entry,
      modifiedNs: newestNs,
      isDirectory: kind === "directory",
      sizeBytes: bytes,
    });
}

function shownStep(rule: MoveRule, host: string, thing: PlannedThing & { readonly sizeBytes: number }): PlannedStep {
  return {
    action: "move",
    path: thing.path,
    to: plannedPlace(rule, host, thing),
    sizeBytes: thing.sizeBytes,
    modifiedMs: msOf(thing.modifiedNs),
    reason: rule.ageBy.includes("atime") ? "unused-for" : "older-than",
  };
}

function msOf(ns: bigint): number {
  return Number(ns / 1_000_000n);
}
