import type { Command } from "commander";
import { type AppDoors, envelopeFacts, selectJobs } from "../app/app.ts";
import { saveApprovals } from "../app/approve.ts";
import { type PlannedOne, planJob } from "../app/plan.ts";
import type { Config } from "../config/config.ts";
import { exitCodes } from "../lib/error-codes.ts";
import { OperatorError } from "../lib/errors.ts";
import type { MoveRule } from "../moves/rule.ts";
import { approveReport } from "../reports/approve.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import { planScreen } from "./plan-screen.ts";
import { mark } from "./terminal.ts";

export interface ApproveDoors {
  readonly config: (file: string | undefined) => Config;
  readonly app: AppDoors;
}

interface ApproveOptions extends SharedOptions {
  readonly all?: boolean;
  readonly fingerprint?: string;
}

/** `tierkeep approve JOB ... | --all`: shows what changed and what the plan would do, and writes down that it may. */
export function addApproveVerb(program: Command, cli: Cli, open: ApproveDoors): void {
  addVerb(program, "approve", "let a job act by its rule as it stands")
    .argument("[jobs...]", "the jobs")
    .option("--all", "every job that can be planned")
    .option("--fingerprint <hex>", "approve only this very rule, without a question")
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
  const shown: Shown[] = [];
  for (const rule of selectJobs(config, names)) {
    const one = await planJob(open.app, config, {
      rule,
      options: { stepsAtMost: 3 },
    });
    if (options.json !== true) show(cli, { rule, one });
    shown.push({ rule, one });
  }
  const approvable = shown.filter(({ one }) => one.rule !== undefined);
  requireFingerprint(approvable, options.fingerprint);
  const isAsked = cli.terminal.interactive && options.json !== true && options.fingerprint === undefined;
  const waiting = approvable.filter(({ one }) => one.plan.approval.state !== "approved");
  const accepted =
    waiting.length === 0 ||
    !isAsked ||
    (await isYes(cli, waiting.length === 1 ? "approve it? [y/N] " : `approve these ${waiting.length}? [y/N] `));
  if (accepted) save(cli, open, { config, shown: waiting });
  report(cli, open, { config, shown, accepted, json: options.json === true });
}

interface Shown {
  readonly rule: MoveRule;
  readonly one: PlannedOne;
}

function requireSense(names: readonly string[], options: ApproveOptions): void {
  if (names.length === 0 && options.all !== true) {
    throw new OperatorError("USAGE", "nothing was named to approve", { hint: "tierkeep approve JOB ..., or --all" });
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

function show(cli: Cli, { rule, one }: Shown): void {
  const screen = planScreen(cli.terminal, {
    plan: one.plan,
    rule,
    nowMs: cli.host.clock.now(),
    allSteps: false,
  });
  cli.terminal.print(`${screen}\n`);
}

async function isYes(cli: Cli, question: string): Promise<boolean> {
  return /^y(es)?$/i.test((await cli.terminal.ask(question)).trim());
}

function save(cli: Cli, open: ApproveDoors, { config, shown }: { config: Config; shown: readonly Shown[] }): void {
  const rules = new Map(
    shown.flatMap(({ rule, one }) => (one.rule === undefined ? [] : [[rule.name, one.rule] as const])),
  );
  if (rules.size > 0) saveApprovals(open.app, config, { rules, by: operatorName(cli) });
}

/** Who is behind root, as far as the login tells. */
function operatorName(cli: Cli): string {
  return cli.env.SUDO_USER ?? cli.env.USER ?? cli.env.LOGNAME ?? "unknown";
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
    error: one.plan.error,
  }));
  if (json)
    cli.terminal.print(`${JSON.stringify(approveReport({ jobs }, envelopeFacts(open.app, config)), undefined, 2)}\n`);
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

/** Used by `run` on a terminal: shows nothing, since the plan was just shown. */
export async function offerApproval(
  cli: Cli,
  open: ApproveDoors,
  { config, one }: { config: Config; one: PlannedOne },
): Promise<boolean> {
  if (one.rule === undefined || one.plan.refusal !== null) return false;
  if (!(await isYes(cli, `${one.plan.name} is not approved as it stands: approve it? [y/N] `))) return false;
  saveApprovals(open.app, config, { rules: new Map([[one.plan.name, one.rule]]), by: operatorName(cli) });
  return true;
}
