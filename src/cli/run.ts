import type { Command } from "commander";
import { type AppDoors, selectJobs } from "../app/app.ts";
import { clockRefusal } from "../app/clock.ts";
import { planningInOrder } from "../app/plan.ts";
import { exitCodeOfRun, runJobs } from "../app/run.ts";
import type { Config, JobRule } from "../config/config.ts";
import type { ConfigAndWarnings } from "../config/require.ts";
import { OperatorError } from "../lib/errors.ts";
import { parseDuration } from "../lib/units.ts";
import { offerApproval } from "./approve.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import { showPlan } from "./plan.ts";
import { planScreen } from "./plan-screen.ts";
import { progressLine } from "./progress.ts";
import { jobReportLines, runClosing } from "./run-screen.ts";

export interface RunDoors {
  readonly config: (file: string | undefined) => ConfigAndWarnings;
  readonly app: AppDoors;
}

interface RunOptions extends SharedOptions {
  readonly yes?: boolean;
  readonly all?: boolean;
  readonly now?: boolean;
  readonly dryRun?: boolean;
  readonly wait?: string;
}

/** `tierkeep run [JOB|KIND ...]`: does what `plan` shows. Asks on a terminal, nowhere else. */
export function addRunVerb(program: Command, cli: Cli, open: RunDoors): void {
  addVerb(program, "run", "do what the plan says")
    .argument("[names...]", "jobs or kinds; all of the daily run when none is given")
    .option("--all", "every job, those with a schedule of their own, too")
    .option("--yes", "do not ask whether to go on")
    .option("--now", "also between the times of `not_between`, as jobs that are named")
    .option("--dry-run", "only show the plan")
    .option("--wait <duration>", "how long to wait for a job that another run is doing, such as 2h (default 5s)")
    .action(async (names: string[], _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RunOptions>();
      if (options.dryRun === true) {
        await showPlan(cli, open, { names, options });
        return;
      }
      await start(cli, open, { names, options });
    });
}

async function start(cli: Cli, open: RunDoors, { names, options }: { names: string[]; options: RunOptions }) {
  const lockWaitMs = requireWait(options.wait);
  if (options.all === true && names.length > 0) {
    throw new OperatorError("USAGE", "--all goes without names", {
      hint: "tierkeep run --all, or tierkeep run JOB ...",
    });
  }
  const { config } = open.config(options.config);
  const jobs = selectJobs(config, names);
  const isMeantNow = options.now === true || names.length > 0;
  const limits = isMeantNow ? { ...config.limits, notBetween: [] } : config.limits;
  const selected = { config: { ...config, limits }, jobs, lockWaitMs };
  const isAsked = cli.terminal.interactive && options.json !== true && options.yes !== true;
  if (isAsked && !(await isMeant(cli, open, selected))) return;
  await run(cli, open, { ...selected, json: options.json === true });
}

function requireWait(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new OperatorError("USAGE", `--wait takes a duration, not ${text}`, { hint: "such as 30s, 10m or 2h" });
}

interface Selected {
  readonly config: Config;
  readonly jobs: readonly JobRule[];
  readonly lockWaitMs: number | undefined;
}

/** Shows the plans, offers approval where it lacks, and asks. */
async function isMeant(cli: Cli, open: RunDoors, { config, jobs }: Selected): Promise<boolean> {
  let files = 0;
  const guard = await clockRefusal(open.app, config);
  const plan = planningInOrder(open.app, config);
  for (const rule of jobs) {
    using progress = progressLine(cli.terminal, cli.host.clock.elapsed);
    const one = await plan(rule, { stepsAtMost: 3, guard, onScanned: progress.scanned });
    progress.clear();
    const nowMs = cli.host.clock.now();
    cli.terminal.note(`${planScreen(cli.terminal, { plan: one.plan, rule, nowMs, allSteps: false })}\n`);
    const approved = one.plan.approval.state === "approved" || (await offerApproval(cli, open.app, { config, one }));
    if (approved) files += one.plan.totals.files;
  }
  if (files === 0) return true;
  const answer = await cli.terminal.ask("go on? [y/N] ");
  if (/^y(es)?$/i.test(answer.trim())) return true;
  cli.terminal.note("nothing was done\n");
  return false;
}

async function run(cli: Cli, open: RunDoors, selected: Selected & { json: boolean }): Promise<void> {
  const { config, jobs, lockWaitMs, json } = selected;
  const width = Math.max(...jobs.map((job) => job.name.length), 0);
  using progress = progressLine(cli.terminal, cli.host.clock.elapsed);
  cli.signal.addEventListener("abort", () => {
    progress.clear();
    cli.terminal.note("stopping: what is begun is brought to a good end; once more ends it at once\n");
  });
  const { report, bug } = await runJobs(open.app, config, {
    jobs,
    lockWaitMs,
    watch: {
      onPlanned: (plan) => progress.planned(plan.name, plan.totals),
      onScanned: progress.scanned,
      onProgress: progress.moved,
      onReport: (job) => {
        progress.clear();
        if (!json) cli.terminal.print(`${jobReportLines(cli.terminal, job, width)}\n`);
      },
    },
  });
  const exitCode = exitCodeOfRun(report);
  const closing = runClosing(cli.terminal, report, exitCode);
  cli.terminal.print(`${json ? JSON.stringify(report, undefined, 2) : closing}\n`);
  cli.exit(exitCode);
  if (bug !== undefined) throw bug;
}
