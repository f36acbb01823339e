import type { Command } from "commander";
import { type AppDoors, selectJobs } from "../app/app.ts";
import { planJob } from "../app/plan.ts";
import { exitCodeOfRun, runJobs } from "../app/run.ts";
import type { Config } from "../config/config.ts";
import type { MoveRule } from "../moves/rule.ts";
import { offerApproval } from "./approve.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import { planScreen } from "./plan-screen.ts";
import { progressLine } from "./progress.ts";
import { jobReportLines, runClosing } from "./run-screen.ts";

export interface RunDoors {
  readonly config: (file: string | undefined) => Config;
  readonly app: AppDoors;
}

interface RunOptions extends SharedOptions {
  readonly yes?: boolean;
}

/** `tierkeep run [JOB|KIND ...]`: does what `plan` shows. Asks on a terminal, nowhere else. */
export function addRunVerb(program: Command, cli: Cli, open: RunDoors): void {
  addVerb(program, "run", "do what the plan says")
    .argument("[names...]", "jobs or kinds; all when none is given")
    .option("--yes", "do not ask whether to go on")
    .action(async (names: string[], _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RunOptions>();
      const config = open.config(options.config);
      const jobs = selectJobs(config, names);
      const isAsked = cli.terminal.interactive && options.json !== true && options.yes !== true;
      if (isAsked && !(await isMeant(cli, open, { config, jobs }))) return;
      await run(cli, open, { config, jobs, json: options.json === true });
    });
}

interface Selected {
  readonly config: Config;
  readonly jobs: readonly MoveRule[];
}

/** Shows the plans, offers approval where it lacks, and asks. */
async function isMeant(cli: Cli, open: RunDoors, { config, jobs }: Selected): Promise<boolean> {
  let files = 0;
  for (const rule of jobs) {
    using progress = progressLine(cli.terminal, cli.host.clock.elapsed);
    const one = await planJob(open.app, config, {
      rule,
      options: { stepsAtMost: 3, why: undefined, onScanned: progress.scanned },
    });
    progress.clear();
    const nowMs = cli.host.clock.now();
    cli.terminal.note(`${planScreen(cli.terminal, { plan: one.plan, rule, nowMs, allSteps: false })}\n`);
    const approved = one.plan.approval.state === "approved" || (await offerApproval(cli, open, { config, one }));
    if (approved) files += one.plan.totals.files;
  }
  if (files === 0) return true;
  const answer = await cli.terminal.ask("go on? [y/N] ");
  if (/^y(es)?$/i.test(answer.trim())) return true;
  cli.terminal.note("nothing was done\n");
  return false;
}

async function run(cli: Cli, open: RunDoors, { config, jobs, json }: Selected & { json: boolean }): Promise<void> {
  const width = Math.max(...jobs.map((job) => job.name.length), 0);
  using progress = progressLine(cli.terminal, cli.host.clock.elapsed);
  cli.signal.addEventListener("abort", () => {
    progress.clear();
    cli.terminal.note("stopping: what is begun is brought to a good end; once more ends it at once\n");
  });
  const { report, bug } = await runJobs(open.app, config, {
    jobs,
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
