import type { Command } from "commander";
import { restoreAll } from "../app/restore.ts";
import { errorTable, exitCodes } from "../lib/error-codes.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { formatBytes, plural } from "../lib/units.ts";
import type { RestoredFile, RestoreReport } from "../reports/restore.ts";
import { requireMoment } from "./cat.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import type { StoredDoors } from "./find.ts";
import { rawOf } from "./plan-screen.ts";
import { mark, paint, type Terminal } from "./terminal.ts";

interface RestoreOptions extends SharedOptions {
  readonly at?: string;
  readonly to?: string;
  readonly keepBoth?: boolean;
}

/** `tierkeep restore PATH|ID ...`: brings versions back, never over anything. */
export function addRestoreVerb(program: Command, cli: Cli, open: StoredDoors): void {
  addVerb(program, "restore", "bring files back, never over anything")
    .argument("<paths...>", "paths, directories, globs or ids")
    .option("--to <dir>", "below this directory, with their whole original paths")
    .option("--at <time>", "as they were then (ISO 8601)")
    .option("--keep-both", "beside what lies there, with the version's time in the name")
    .action(async (patterns: string[], _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RestoreOptions>();
      const report = await restoreAll(open.app, open.config(options.config), {
        patterns,
        atMs: requireMoment(options.at),
        to: options.to,
        keepBoth: options.keepBoth === true,
        workingDirectory: open.workingDirectory,
        onRestored: (file) => {
          if (options.json !== true) cli.terminal.print(`${fileLine(cli.terminal, file)}\n`);
        },
      });
      cli.terminal.print(options.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : `${closing(report)}\n`);
      cli.exit(exitCodeOf(report));
    });
}

function fileLine(terminal: Terminal, file: RestoredFile): string {
  const name = shellQuote(rawOf(file));
  if (file.error === null) return `${mark(terminal, "ok")} ${name}   ${formatBytes(file.sizeBytes)}, verified`;
  const hint = file.error.hint === null ? "" : `\n  ${paint(terminal, "dim", file.error.hint)}`;
  return `${mark(terminal, "critical")} ${file.error.message} [${file.error.code}]${hint}`;
}

function closing({ files }: RestoreReport): string {
  const restored = files.filter((file) => file.error === null);
  const bytes = restored.reduce((sum, file) => sum + file.sizeBytes, 0);
  const left = files.length === restored.length ? "" : `, ${files.length - restored.length} not`;
  return `restored ${plural(restored.length, "file")}, ${formatBytes(bytes)}${left}; the stored copies stay`;
}

function exitCodeOf({ files }: RestoreReport): number {
  const codes = files.flatMap((file) => (file.error === null ? [] : [file.error.code]));
  if (codes.length === 0) return exitCodes.ok;
  if (codes.some((code) => code in errorTable && errorTable[code as keyof typeof errorTable].exit === "corrupt"))
    return exitCodes.corrupt;
  return codes.every((code) => code.startsWith("TIER_")) && codes.length === files.length
    ? exitCodes.unavailable
    : exitCodes.partial;
}
