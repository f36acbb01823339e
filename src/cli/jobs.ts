import type { Command } from "commander";
import { type AppDoors, selectJobs } from "../app/app.ts";
import { knownJobs } from "../app/jobs.ts";
import type { Config, JobRule } from "../config/config.ts";
import type { KnownJob } from "../reports/jobs.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import { ago } from "./job-line.ts";
import { noJobYet, subjectOf } from "./job-subject.ts";
import { fits, spread, wordLines } from "./layout.ts";
import { deedWords, statusMark, statusWord } from "./run-screen.ts";
import { mark, paint, sign, type Terminal } from "./terminal.ts";

export interface JobsDoors {
  readonly config: (file: string | undefined) => Config;
  readonly app: AppDoors;
}

/** `tierkeep jobs`: every job, its last run and its next one, approved or why not. */
export function addJobsVerb(program: Command, cli: Cli, open: JobsDoors): void {
  addVerb(program, "jobs", "every job: what it did last, and whether it may act")
    .argument("[names...]", "jobs or kinds; all when none is given")
    .action(async (names: string[], _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions>();
      const config = open.config(options.config);
      const rules = selectJobs(config, names);
      const report = await knownJobs(open.app, config, rules);
      const nowMs = cli.host.clock.now();
      const lines = rules.flatMap((rule, index) => jobLines(cli.terminal, { rule, job: report.jobs[index], nowMs }));
      const screen = rules.length === 0 ? noJobYet : lines.join("\n");
      cli.terminal.print(options.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : screen);
    });
}

interface JobView {
  readonly rule: JobRule;
  readonly job: KnownJob | undefined;
  readonly nowMs: number;
}

const indent = 2;

function jobLines(terminal: Terminal, { rule, job, nowMs }: JobView): readonly string[] {
  if (job === undefined) return [];
  const title = `${paint(terminal, "bold", job.name)} ${sign(terminal, "dot")} ${subjectOf(terminal, rule)}`;
  const right = job.error === null ? approvalWords(terminal, job, nowMs) : "";
  const head = fits(title, right) ? [spread(title, right)] : [title, spread("", right)];
  const body = [
    ...troubleLines(terminal, job),
    `last: ${lastWords(terminal, job, nowMs)}`,
    `next: ${job.nextRunAt ?? "by tierkeep run"}`,
  ];
  return [`${[...head, ...body.map((line) => " ".repeat(indent) + line)].join("\n")}\n`];
}

function approvalWords(terminal: Terminal, { approval }: KnownJob, nowMs: number): string {
  const { state, since, by } = approval;
  if (state === "never") return `${mark(terminal, "critical")} not approved`;
  const when = since === null ? "" : ` ${ago(nowMs - Date.parse(since))}`;
  if (state !== "changed") return paint(terminal, "dim", `approved${when}${by === null ? "" : ` by ${by}`}`);
  return `${mark(terminal, "critical")} changed since it was approved${when}`;
}

function troubleLines(terminal: Terminal, { name, approval, refusal, lifted, error }: KnownJob): readonly string[] {
  const trouble = error ?? refusal;
  const lead = { lead: `${mark(terminal, "critical")} `, indent };
  const said = trouble === null ? [] : [...wordLines(trouble.message, lead), ...(trouble.hint ?? "").split("\n", 1)];
  const waits = error === null && (approval.state === "never" || approval.state === "changed");
  return [
    ...said,
    ...(waits ? [`tierkeep plan ${name}, then tierkeep approve ${name}`] : []),
    ...lifted.map((guard) => `${mark(terminal, "warning")} its next run gets past ${guard}, once`),
  ];
}

function lastWords(terminal: Terminal, { last, lastRunAt }: KnownJob, nowMs: number): string {
  if (last === null || lastRunAt === null) return "never";
  const did = deedWords(terminal, last) ?? (last.status === "ok" ? "nothing to do" : statusWord(last.status));
  return `${mark(terminal, statusMark(last.status))} ${ago(nowMs - Date.parse(lastRunAt))}, ${did}`;
}
