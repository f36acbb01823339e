import { join } from "node:path";
import { parseArgs } from "node:util";
import { cleaningRows, measureCleaning } from "./cleaning.ts";
import { compare } from "./compare.ts";
import { comparisonTable } from "./comparison-table.ts";
import { freezeProgram } from "./freeze-program.ts";
import { commitOf, load } from "./machine.ts";
import { measureMemory, memoryRows } from "./memory.ts";
import { placeWords } from "./places.ts";
import { measurePoliteness, politenessRows } from "./politeness.ts";
import { type Result, record } from "./results.ts";
import { rows } from "./rows.ts";
import { measureScan, scanRows } from "./scan.ts";

/**
 * Measures tierkeep against its rivals.
 *
 *   npm run bench -- [--rounds 5] [--idle SECONDS] [--dir DIRECTORY] [--record] [--program bin/tierkeep] [ROW ...]
 *
 * Without rows all of them, and the results go into bench/RESULTS.md; with rows only with `--record`. `--dir` is where
 * the disk's rows put their files, /var/tmp unless given. On a machine that others use, too, `--idle` has each
 * comparison's measurement wait for them, at most so long. Loop and tmpfs mounts need root.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "5" },
    idle: { type: "string", default: "0" },
    dir: { type: "string" },
    program: { type: "string", default: join(import.meta.dirname, "..", "bin", "tierkeep") },
    record: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const names = [...rows, ...memoryRows, ...scanRows, ...politenessRows, ...cleaningRows].map(({ name }) => name);
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0) throw new Error(`no row ${unknown.join(", ")}; there are ${names.join(", ")}`);
if (!(rounds >= 1)) throw new Error("--rounds takes a number from 1 on");

using frozen = freezeProgram(values.program);
for (const name of names.filter((one) => positionals.length === 0 || positionals.includes(one))) {
  const loadBefore = load();
  console.log(`\n${name}   (load ${loadBefore})`);
  const { heading, table } = await measureRow(name);
  console.log(`\n${heading}\n\n${table}`);
  const measuredAt = new Date().toISOString().slice(0, 16).replace("T", " ");
  const result: Result = {
    name,
    measuredAt: `${measuredAt} UTC in ${rounds} round${rounds === 1 ? "" : "s"}, load at its begin ${loadBefore}`,
    commit: commitOf(values.program),
    heading,
    table,
  };
  if (positionals.length === 0 || values.record) record([result], names);
}

async function measureRow(name: string): Promise<Pick<Result, "heading" | "table">> {
  const memoryRow = memoryRows.find((row) => row.name === name);
  if (memoryRow !== undefined)
    return { heading: memoryRow.heading, table: await measureMemory(memoryRow, { program: frozen.program, rounds }) };
  const scan = scanRows.find((row) => row.name === name);
  if (scan !== undefined)
    return { heading: scan.heading, table: await measureScan(scan, { program: frozen.program, rounds }) };
  const polite = politenessRows.find((row) => row.name === name);
  if (polite !== undefined) {
    const table = await measurePoliteness(polite, { program: frozen.program, rounds, directory: values.dir });
    return { heading: polite.heading, table };
  }
  const cleaning = cleaningRows.find((row) => row.name === name);
  if (cleaning !== undefined) {
    const table = await measureCleaning(cleaning, { program: frozen.program, rounds, directory: values.dir });
    return { heading: cleaning.heading, table };
  }
  const row = rows.find((one) => one.name === name);
  if (row === undefined) throw new Error(`no row ${name}`);
  const series = await compare(row, {
    program: frozen.program,
    rounds,
    directory: values.dir,
    idleSeconds: Number(values.idle),
    tell: console.log,
  });
  const cache = row.cache === "cold" ? "cold" : "warm";
  const how = row.compress === "none" ? "as they are" : "compressed";
  return {
    heading: `${row.data.words}, ${how}, ${placeWords[row.place]}, ${cache} cache`,
    table: comparisonTable(row, series),
  };
}
