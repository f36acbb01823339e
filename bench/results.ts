import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { machineFacts } from "./machine.ts";

/** What is kept of one row; RESULTS.md is made from these. */
export interface Result {
  readonly name: string;
  readonly measuredAt: string;
  readonly commit: string;
  readonly heading: string;
  /** Markdown. */
  readonly table: string;
}

interface Results {
  readonly machine: string;
  readonly rows: Readonly<Record<string, Result>>;
}

const dataFile = join(import.meta.dirname, "results.json");
const textFile = join(import.meta.dirname, "RESULTS.md");

/** Puts these results in the place of older ones of the same rows, and writes RESULTS.md anew. */
export function record(measured: readonly Result[], order: readonly string[]): void {
  const before: Results = existsSync(dataFile)
    ? (JSON.parse(readFileSync(dataFile, "utf8")) as Results)
    : { machine: "", rows: {} };
  const rows = { ...before.rows, ...Object.fromEntries(measured.map((result) => [result.name, result])) };
  const results: Results = { machine: machineFacts(), rows };
  writeFileSync(dataFile, `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(textFile, render(results, order));
}

function render({ machine, rows }: Results, order: readonly string[]): string {
  const sections = order.flatMap((name) => {
    const row = rows[name];
    if (row === undefined) return [];
    return [`## ${name}\n\n${row.heading}. Measured ${row.measuredAt}, commit ${row.commit}.\n\n${row.table}`];
  });
  return `${introduction}\n${machine}\n\n${sections.join("\n")}`;
}

const introduction = `# Benchmarks

Written by \`npm run bench\` (all rows, five rounds; \`npm run bench -- small-disk --rounds 1\` measures one row and only
prints; \`--record\` writes it here, too). In each round every contender does the same work on file systems made anew
just before, one after another, and who begins changes from round to round. *tierkeep* is all of \`bin/tierkeep run\`:
process start, plan, journal in a \`state_dir\` on the same disk, copy, sync, read-back, manifest, unlink. The others do
not read back, and only \`--fsync\` is durable when it returns. "tierkeep takes" is the median over the rounds of
tierkeep's time divided by that contender's. *Warm*: the sources were just written and are in the page cache. *Cold*:
both file systems were mounted anew, on loop devices with direct I/O, so reads come from the disk below. Each round
checks that all files arrived and no source is left. Small files: 100 in a directory, ten of each of ten days, where
nothing else is said. Peak RSS adds up all processes of a command, shared pages counted
for each; tierkeep is two processes. *Load* is the run queue's length before the row began: above 0.5 or so others used
the cores, and then CPU time says more than the clock.
`;
