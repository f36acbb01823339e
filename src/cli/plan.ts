import type { Command } from "commander";
import { type AppDoors, envelopeFacts, selectJobs } from "../app/app.ts";
import { clockRefusal } from "../app/clock.ts";
import { type PlannedOne, planningInOrder } from "../app/plan.ts";
import type { JobRule, Problem } from "../config/config.ts";
import { problemCells, problemLines } from "../config/problem-text.ts";
import type { ConfigAndWarnings } from "../config/require.ts";
import { closest } from "../lib/closest.ts";
import { exitCodes } from "../lib/error-codes.ts";
import { OperatorError } from "../lib/errors.ts";
import { type ReasonCode, reasons } from "../policies/reasons.ts";
import { type JobPlan, planReport } from "../reports/plan.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import { noJobYet } from "./job-subject.ts";
import { planScreen } from "./plan-screen.ts";
import { progressLine } from "./progress.ts";
import { mark, textWidth } from "./terminal.ts";

export interface PlanDoors {
  readonly config: (file: string | undefined) => ConfigAndWarnings;
  readonly app: AppDoors;
}

export interface PlanVerbOptions extends SharedOptions {
  readonly steps?: boolean;
  readonly why?: string;
  readonly full?: boolean;
}

/** `tierkeep plan [JOB|KIND ...]`: what a run would do, and why everything else stays. Exit 0 whatever approval says. */
export function addPlanVerb(program: Command, cli: Cli, open: PlanDoors): void {
  addVerb(program, "plan", "what a run would do, and why everything else stays")
    .argument("[names...]", "jobs or kinds; all when none is given")
    .option("--steps", "list all steps")
    .option("--why <code>", "list all that stays for this reason")
    .option("--full", "read every directory, also those in which nothing can be due")
    .action(async (names: string[], _options: unknown, command: Command) => {
      await showPlan(cli, open, { names, options: command.optsWithGlobals<PlanVerbOptions>() });
    });
}

/** What `plan` does, and `run --dry-run`. */
export async function showPlan(
  cli: Cli,
  open: PlanDoors,
  { names, options }: { names: string[]; options: PlanVerbOptions },
): Promise<void> {
  const { config, warnings } = open.config(options.config);
  const why = options.why === undefined ? undefined : requireReason(options.why);
  const jobs = selectJobs(config, names);
  const guard = await clockRefusal(open.app, config);
  const planned: { readonly rule: JobRule; readonly one: PlannedOne }[] = [];
  using progress = progressLine(cli.terminal, cli.host.clock.elapsed);
  const plan = planningInOrder(open.app, config);
  for (const rule of jobs) {
    // Not Infinity: the request to the child is JSON, which has none.
    const stepsAtMost = options.steps === true || options.json === true ? Number.MAX_SAFE_INTEGER : 3;
    const fullScan = options.full === true;
    const wanted = { stepsAtMost, why, guard, fullScan, onScanned: progress.scanned };
    planned.push({ rule, one: await plan(rule, wanted) });
  }
  progress.clear();
  cli.exit(exitCodeOfPlan(planned.map(({ one }) => one.plan)));
  if (options.json === true) {
    const report = planReport(
      { jobs: planned.map(({ one }) => one.plan), warnings: problemLines(warnings) },
      envelopeFacts(open.app, config),
    );
    cli.terminal.print(`${JSON.stringify(report, undefined, 2)}\n`);
    return;
  }
  const nowMs = cli.host.clock.now();
  if (planned.length === 0) cli.terminal.print(noJobYet);
  const screens = planned.map(({ rule, one }) =>
    planScreen(cli.terminal, {
      plan: one.plan,
      rule,
      nowMs,
      allSteps: options.steps === true,
      why: why === undefined ? undefined : { code: why, paths: one.why },
    }),
  );
  cli.terminal.print(`${screens.join("\n")}${closing(cli, planned, warnings)}`);
}

/** Approval and refusals are what a plan is for, so they are no failure; a job that could not be planned is one. */
function exitCodeOfPlan(plans: readonly JobPlan[]): number {
  const failed = plans.filter((plan) => plan.error !== null);
  if (failed.length === 0) return exitCodes.ok;
  const isAway = failed.length === plans.length && failed.every((plan) => plan.status === "unavailable");
  return isAway ? exitCodes.unavailable : exitCodes.partial;
}

function closing(cli: Cli, planned: readonly { readonly one: PlannedOne }[], warnings: readonly Problem[]): string {
  const waiting = planned
    .map(({ one }) => one.plan)
    .filter((plan) => plan.error === null && plan.refusal === null && plan.approval.state !== "approved")
    .map((plan) => plan.name);
  const lines = warnings.flatMap((problem) => warningLines(cli, problem));
  if (waiting.length > 0) {
    const jobs = waiting.length === 1 ? "1 job waits" : `${waiting.length} jobs wait`;
    lines.push(`${mark(cli.terminal, "warning")} ${jobs} for approval:  tierkeep approve ${waiting.join(" ")}`);
  } else if (planned.some(({ one }) => one.plan.totals.files > 0)) lines.push("do it:  tierkeep run");
  return lines.length === 0 ? "" : `\n${lines.join("\n")}\n`;
}

function warningLines({ terminal }: Cli, problem: Problem): readonly string[] {
  const [place, key] = problemCells(problem);
  const sign = mark(terminal, "warning");
  const hint = problem.hint === undefined ? "" : `; ${problem.hint}`;
  return [`${sign} ${place}  ${key}`, `${" ".repeat(textWidth(sign) + 1)}${problem.message}${hint}`];
}

function requireReason(code: string): ReasonCode {
  if (code in reasons) return code as ReasonCode;
  const meant = closest(code, Object.keys(reasons));
  throw new OperatorError("USAGE", `there is no reason ${code}`, {
    hint: meant === undefined ? "docs/reference/reasons.md lists them" : `did you mean ${meant}?`,
  });
}
