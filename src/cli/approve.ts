import type { Command } from "commander";
import { type AppDoors, envelopeFacts, selectJobs } from "../app/app.ts";
import { saveApprovals } from "../app/approve.ts";
import { clockRefusal } from "../app/clock.ts";
import { type PlannedOne, planningInOrder } from "../app/plan.ts";
import type { Config, JobRule } from "../config/config.ts";
import { exitCodes } from "../lib/error-codes.ts";
import { OperatorError } from "../lib/errors.ts";
import { type ApprovedJob, approveReport } from "../reports/approve.ts";
import { isYes, operatorName, showJob } from "./approve-screen.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import { liftGuardOf } from "./lift-guard.ts";
import { mark } from "./terminal.ts";

export interface ApproveDoors {
  readonly config: (file: string | undefined) => Config;
  readonly app: AppDoors;
}

interface ApproveOptions extends SharedOptions {
  readonly all?: boolean;
  readonly fingerprint?: string;
  readonly guard?: string;
}

/** `tierkeep approve JOB ... | --all`: shows what changed and what the plan would do, and writes down that it may. */
export function addApproveVerb(program: Command, cli: Cli, open: ApproveDoors): void {
  addVerb(program, "approve", "let a job act by its rule as it stands")
    .argument("[jobs...]", "the jobs")
    .option("--all", "every job that can be planned")
    .option("--fingerprint <hex>", "approve only this very rule, without a question")
    .option("--guard <id>", "let the next run get past this guard, once")
    .action(async (names: string[], _options: unknown, command: Command) => {
      await approve(cli, open, { names, options: command.optsWithGlobals<ApproveOptions>() });
    });
}

async function approve(
  cli: Cli,
  open: ApproveDoors,
  { names, options }: { names: string[]; options: ApproveOptions },
): Promise<void> {
  requireSense(names, options);
  const config = open.config(options.config);
  const json = options.json === true;
  if (options.guard !== undefined) {
    const jobs = await liftGuardOf(cli, open.app, { config, names, guard: options.guard, json });
    if (json) printReport(cli, open, { config, jobs });
    return;
  }
  const guard = await clockRefusal(open.app, config);
  const shown: Shown[] = [];
  const plan = planningInOrder(open.app, config);
  for (const rule of selectJobs(config, names)) {
    const one = await plan(rule, { stepsAtMost: 3, guard });
    if (!json) showJob(cli, { rule, plan: one.plan });
    shown.push({ rule, one });
  }
  const approvable = shown.filter(({ one }) => one.rule !== undefined);
  requireFingerprint(approvable, options.fingerprint);
  const isAsked = cli.terminal.interactive && !json && options.fingerprint === undefined;
  const waiting = approvable.filter(({ one }) => one.plan.approval.state !== "approved");
  const accepted =
    waiting.length === 0 ||
    !isAsked ||
    (await isYes(cli, waiting.length === 1 ? "approve it? [y/N] " : `approve these ${waiting.length}? [y/N] `));
  if (accepted) save(cli, open, { config, shown: waiting });
  report(cli, open, { config, shown, accepted, json });
}

interface Shown {
  readonly rule: JobRule;
  readonly one: PlannedOne;
}

function requireSense(names: readonly string[], options: ApproveOptions): void {
  if (names.length === 0 && options.all !== true) {
    throw new OperatorError("USAGE", "nothing was named to approve", { hint: "tierkeep approve JOB ..., or --all" });
  }
  if (options.fingerprint !== undefined && options.guard !== undefined) {
    throw new OperatorError("USAGE", "--fingerprint is for a rule, --guard for a guard", {
      hint: "tierkeep approve JOB --guard GUARD",
    });
  }
  if (options.fingerprint !== undefined && names.length !== 1) {
    throw new OperatorError("USAGE", "--fingerprint goes with one job", {
      hint: "tierkeep approve JOB --fingerprint HEX",
    });
  }
}

function requireFingerprint(approvable: readonly Shown[], wanted: string | undefined): void {
  const [only] = approvable;
  if (wanted === undefined || only === undefined || only.one.plan.approval.fingerprint === wanted) return;
  throw new OperatorError("NOT_APPROVED", `the rule of ${only.rule.name} is not the one with that fingerprint`, {
    facts: { expected: wanted, found: only.one.plan.approval.fingerprint ?? "none" },
    hint: `look at it: tierkeep plan ${only.rule.name}`,
  });
}

function save(cli: Cli, open: ApproveDoors, { config, shown }: { config: Config; shown: readonly Shown[] }): void {
  const rules = new Map(
    shown.flatMap(({ rule, one }) => (one.rule === undefined ? [] : [[rule.name, one.rule] as const])),
  );
  if (rules.size > 0) saveApprovals(open.app, config, { rules, by: operatorName(cli) });
}

interface Ended {
  readonly config: Config;
  readonly shown: readonly Shown[];
  readonly accepted: boolean;
  readonly json: boolean;
}

function report(cli: Cli, open: ApproveDoors, { config, shown, accepted, json }: Ended): void {
  const failed = shown.filter(({ one }) => one.rule === undefined);
  const jobs = shown.map(({ rule, one }) => ({
    name: rule.name,
    fingerprint: one.plan.approval.fingerprint,
    approved: one.rule !== undefined && (accepted || one.plan.approval.state === "approved"),
    lifted: null,
    error: one.plan.error,
  }));
  if (json) printReport(cli, open, { config, jobs });
  else {
    for (const job of jobs) {
      const words = job.approved ? "is approved as it stands" : "was not approved";
      cli.terminal.print(`${mark(cli.terminal, job.approved ? "ok" : "critical")} ${job.name} ${words}\n`);
    }
    if (accepted && failed.length < shown.length) cli.terminal.print("do it:  tierkeep run\n");
  }
  if (failed.length > 0) cli.exit(exitCodes.partial);
  else if (!accepted) cli.exit(exitCodes.refused);
}

function printReport(cli: Cli, open: ApproveDoors, { config, jobs }: { config: Config; jobs: readonly ApprovedJob[] }) {
  const report = approveReport({ jobs }, envelopeFacts(open.app, config));
  cli.terminal.print(`${JSON.stringify(report, undefined, 2)}\n`);
}

/** Used by `run` on a terminal: shows nothing, since the plan was just shown. */
export async function offerApproval(
  cli: Cli,
  doors: AppDoors,
  { config, one }: { config: Config; one: PlannedOne },
): Promise<boolean> {
  if (one.rule === undefined || one.plan.refusal !== null) return false;
  if (!(await isYes(cli, `${one.plan.name} is not approved as it stands: approve it? [y/N] `))) return false;
  saveApprovals(doors, config, { rules: new Map([[one.plan.name, one.rule]]), by: operatorName(cli) });
  return true;
}
