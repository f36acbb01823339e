import type { Explained } from "../app/explain.ts";
import type { JobRule } from "../config/config.ts";
import { formatLocal } from "../lib/moment.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { formatBytes, plural } from "../lib/units.ts";
import type { ExplainedJob } from "../reports/explain.ts";
import { type ExplainView, type JobView, jobLines } from "./explain-job-lines.ts";
import { storedLines } from "./explain-stored-lines.ts";
import { subjectOf } from "./job-subject.ts";
import { wordLines } from "./layout.ts";
import { rawOf } from "./plan-screen.ts";
import { paint, type Terminal } from "./terminal.ts";

/** What is known of one path: the answer, then what follows from it, and the next command last. */
export function explainScreen(terminal: Terminal, view: ExplainView): string {
  const { explained, jobs } = view;
  const lines = explained.jobs
    .filter((job) => isShown(explained, job))
    .flatMap((job) => jobLines(terminal, viewOf(view, job)));
  const told = [
    headLine(terminal, explained),
    ...ownerLines(terminal, explained, jobs),
    ...lines,
    ...storedLines(terminal, view),
  ];
  return `${told.join("\n")}\n`;
}

/** The owner of a file; every job of a directory. */
function isShown({ owner, found }: Explained, { name, error, refusal }: ExplainedJob): boolean {
  return name === owner || found?.kind === "directory" || error !== null || refusal !== null;
}

function viewOf({ explained, jobs, nowMs }: ExplainView, job: ExplainedJob): JobView {
  const rule = jobs.find(({ name }) => name === job.name);
  if (rule === undefined) throw new Error("only configured jobs are asked");
  const { found, owner } = explained;
  const isDirectory = found?.kind === "directory";
  return {
    job,
    rule,
    nowMs,
    asked: rawOf(explained.resolved),
    isThere: found !== null,
    isDirectory,
    isOwner: job.name === owner,
  };
}

function headLine(terminal: Terminal, explained: Explained): string {
  const { found } = explained;
  const name = paint(terminal, "bold", shellQuote(rawOf(explained)));
  if (found === null) return name;
  if (found.kind === "directory") return `${name}  ${kindWords.directory}`;
  const size = found.kind === "file" ? formatBytes(found.sizeBytes) : kindWords[found.kind];
  return `${name}  ${size}, modified ${formatLocal(Date.parse(found.modifiedAt))}`;
}

const kindWords = { directory: "directory", link: "symbolic link", socket: "socket", fifo: "FIFO", device: "device" };

function ownerLines(terminal: Terminal, explained: Explained, jobs: readonly JobRule[]): readonly string[] {
  const subject = (name: string) => {
    const rule = jobs.find((each) => each.name === name);
    return rule === undefined ? name : `${name} (${subjectOf(terminal, rule)})`;
  };
  const resolved = rawOf(explained.resolved);
  const led = resolved === rawOf(explained) ? [] : [`  leads to    ${shellQuote(resolved)}`];
  if (explained.owner !== null) return [...led, `  belongs to  ${subject(explained.owner)}`];
  if (explained.found?.kind === "directory" && explained.jobs.length > 0)
    return [...led, `  holds       ${plural(explained.jobs.length, "tree")} of jobs`];
  const { nearest } = explained;
  return [
    ...led,
    ...wordLines(whyNobody(explained), { lead: "  belongs to  ", indent: 0 }),
    ...(nearest === null || isLeftOut(explained) ? [] : [`  nearest     ${subject(nearest.job)}`]),
  ];
}

function isLeftOut({ jobs }: Explained): boolean {
  return jobs.some(({ verdict }) => verdict?.reason === "excluded");
}

/** Of a path that no job takes. */
function whyNobody({ jobs }: Explained): string {
  const leaving = jobs.find(({ verdict }) => verdict?.reason === "excluded");
  if (leaving === undefined) return "nobody: no job has a tree here";
  const pattern = leaving.verdict?.pattern ?? null;
  return pattern === null
    ? `nobody: ${leaving.name} includes no pattern that fits it`
    : `nobody: ${leaving.name} leaves it out by ${JSON.stringify(pattern)}`;
}
