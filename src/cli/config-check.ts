import type { Command } from "commander";
import { unknownNames } from "../app/unknown-names.ts";
import type { Problem } from "../config/config.ts";
import { type ConfigDeps, realConfigDeps } from "../config/deps.ts";
import { type LoadResult, loadConfig } from "../config/load.ts";
import { problemCells } from "../config/problem-text.ts";
import { exitCodes } from "../lib/error-codes.ts";
import { plural } from "../lib/units.ts";
import { type ConfigCheckReport, configCheckReport } from "../reports/config-check.ts";
import { addVerb, type Cli, defaultConfigFile, type SharedOptions } from "./cli.ts";
import { spread } from "./layout.ts";
import { columns, mark, paint, type Terminal } from "./terminal.ts";

/** `tierkeep config check`: everything that is wrong, at once. Exit 4 for any error; warnings change nothing. */
export function addConfigCheckVerb(parent: Command, cli: Cli): void {
  addVerb(parent, "check", "say everything that is wrong with the configuration").action(
    (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions>();
      const deps = realConfigDeps();
      const result = loadConfig(options.config ?? defaultConfigFile, deps);
      const problems = [...result.problems, ...(result.config === undefined ? [] : unknownNames(result.config))];
      const report = makeReport({ ...result, problems }, { cli, deps });
      cli.terminal.print(
        options.json === true ? `${JSON.stringify(report, undefined, 2)}\n` : screen(cli.terminal, problems, report),
      );
      if (!report.valid) cli.exit(exitCodes.config);
    },
  );
}

function makeReport(
  result: LoadResult,
  { cli, deps }: { readonly cli: Cli; readonly deps: ConfigDeps },
): ConfigCheckReport {
  const { tiers = [], moves = [], cleans = [], docker } = result.draft ?? {};
  const counts = { tiers: tiers.length, jobs: moves.length + cleans.length + (docker === undefined ? 0 : 1) };
  const host = result.draft?.host ?? deps.machineName();
  const made = { now: cli.host.clock.now(), host, toolVersion: cli.toolVersion };
  return configCheckReport({ file: result.file, problems: result.problems, ...counts }, made);
}

function screen(terminal: Terminal, problems: readonly Problem[], { totals, file }: ConfigCheckReport): string {
  const counts = `${plural(totals.tiers, "tier")}, ${plural(totals.jobs, "job")}`;
  const warnings = totals.warnings === 0 ? "" : `${plural(totals.warnings, "warning")}`;
  const problemCount = [plural(totals.errors, "problem"), warnings].filter((text) => text !== "").join(", ");
  const last =
    totals.errors > 0
      ? spread(paint(terminal, "act", problemCount), `exit ${exitCodes.config}`)
      : `${mark(terminal, "ok")} ${file} can be used: ${[counts, warnings].filter((text) => text !== "").join(", ")}`;
  return `${[...problemRows(terminal, problems), last].join("\n")}\n`;
}

function problemRows(terminal: Terminal, problems: readonly Problem[]): readonly string[] {
  const rows = problems.map((problem) => {
    const [place, key, message] = problemCells(problem);
    return [
      paint(terminal, "dim", place),
      key,
      paint(terminal, problem.severity === "error" ? "bold" : "look", message),
    ];
  });
  const lines = columns(rows);
  return problems.flatMap((problem, index) => {
    const line = lines[index] ?? "";
    return problem.excerpt === undefined ? [line] : [line, problem.excerpt];
  });
}
