import type { Command } from "commander";
import { restoreAll } from "../app/restore.ts";
import { errorTable, exitCodes, isErrorCode } from "../lib/error-codes.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { formatBytes, plural } from "../lib/units.ts";
import type { PathFields } from "../reports/path.ts";
import type { RestoredFile, RestoreReport } from "../reports/restore.ts";
import { requireMoment } from "./cat.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import type { StoredDoors } from "./find.ts";
import { spread, wordLines } from "./layout.ts";
import { rawOf } from "./plan-screen.ts";
import { progressLine } from "./progress.ts";
import { mark, paint, sign, type Terminal } from "./terminal.ts";

interface RestoreOptions extends SharedOptions {
  readonly at?: string;
  readonly to?: string;
  readonly keepBoth?: boolean;
}

/** So many files are named one by one; a directory of thousands is not. */
const listed = 20;

/** `tierkeep restore PATH|ID ...`: brings versions back, never over anything. */
export function addRestoreVerb(program: Command, cli: Cli, open: StoredDoors): void {
  addVerb(program, "restore", "bring files back, never over anything")
    .argument("<paths...>", "paths, directories, globs or ids")
    .option("--to <dir>", "below this directory, with their whole original paths")
    .option("--at <time>", "as they were then (ISO 8601)")
    .option("--keep-both", "beside what lies there, with the version's time in the name")
    .action(async (patterns: string[], _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<RestoreOptions>();
      let restored = 0;
      using progress = progressLine(cli.terminal, cli.host.clock.elapsed);
      const report = await restoreAll(open.app, open.config(options.config), {
        patterns,
        atMs: requireMoment(options.at),
        to: options.to,
        keepBoth: options.keepBoth === true,
        workingDirectory: open.workingDirectory,
        onRestored: (file) => {
          restored += file.error === null ? 1 : 0;
          if (options.json !== true && (file.error !== null || restored <= listed)) {
            progress.clear();
            cli.terminal.print(`${fileLine(cli.terminal, file)}\n`);
          } else progress.counted("restored", restored);
        },
      });
      progress.clear();
      cli.terminal.print(
        options.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : `${closing(cli.terminal, report)}\n`,
      );
      cli.exit(exitCodeOf(report));
    });
}

function fileLine(terminal: Terminal, file: RestoredFile): string {
  if (file.error === null) {
    const name = shellQuote(rawOf(restoredFields(file)));
    const how = file.sha256 === null ? "was set aside" : "verified";
    return spread(`${mark(terminal, "ok")} ${name}`, `${formatBytes(file.sizeBytes)}, ${how}`);
  }
  const { message, code, hint } = file.error;
  const lines = wordLines(`${message} [${code}]`, { lead: `${mark(terminal, "critical")} `, indent: 0 });
  return [...lines, ...(hint === null ? [] : [`  ${paint(terminal, "dim", hint)}`])].join("\n");
}

/** Where it lies now, which `--to` and `--keep-both` make another path. */
function restoredFields({ path, restoredTo, restoredToBase64 }: RestoredFile): PathFields {
  return { path: restoredTo ?? path, ...(restoredToBase64 === undefined ? {} : { pathBase64: restoredToBase64 }) };
}

function closing(terminal: Terminal, report: RestoreReport): string {
  const restored = report.files.filter((file) => file.error === null);
  const failed = report.files.length - restored.length;
  const unlisted = restored.length - listed;
  const more =
    unlisted <= 0 ? "" : `${sign(terminal, "more")} and ${plural(unlisted, "more file")} (--json lists all)\n`;
  const bytes = restored.reduce((sum, file) => sum + file.sizeBytes, 0);
  const code = exitCodeOf(report);
  const done = `restored ${plural(restored.length, "file")}, ${formatBytes(bytes)}`;
  const kept = restored.some((file) => file.sha256 !== null) ? "; the stored copies stay" : "";
  const summary = restored.length === 0 ? "nothing was restored" : `${done}${failed === 0 ? kept : `; ${failed} not`}`;
  return more + spread(summary, code === exitCodes.ok ? "" : `exit ${code}`);
}

function exitCodeOf({ files }: RestoreReport): number {
  const codes = files.flatMap((file) => (file.error === null ? [] : [file.error.code]));
  if (codes.length === 0) return exitCodes.ok;
  if (codes.some((code) => isErrorCode(code) && errorTable[code].exit === "corrupt")) return exitCodes.corrupt;
  return codes.every((code) => code.startsWith("TIER_")) && codes.length === files.length
    ? exitCodes.unavailable
    : exitCodes.partial;
}
