import type { Command } from "commander";
import { envelopeFacts } from "../app/app.ts";
import { type Explained, explain } from "../app/explain.ts";
import { OperatorError } from "../lib/errors.ts";
import { baseName, type RawPath, rawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { explainReport } from "../reports/explain.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import { explainScreen } from "./explain-screen.ts";
import type { StoredDoors } from "./find.ts";
import { rawOf } from "./plan-screen.ts";
import { progressLine } from "./progress.ts";

/** `tierkeep explain PATH`: which job owns it, when it moves, why not now, who has it open; or where it is. */
export function addExplainVerb(program: Command, cli: Cli, open: StoredDoors): void {
  addVerb(program, "explain", "whose a path is, when it moves and why not now; or where it is")
    .argument("<path>", "a file or a directory, which need not be there any more")
    .action(async (path: string, _options: unknown, command: Command) => {
      const options = command.optsWithGlobals<SharedOptions>();
      const config = open.config(options.config);
      using progress = progressLine(cli.terminal, cli.host.clock.elapsed);
      const { workingDirectory } = open;
      const explained = await explain(open.app, config, { path, workingDirectory, onScanned: progress.scanned });
      progress.clear();
      if (options.json === true) {
        const report = explainReport(explained, envelopeFacts(open.app, config));
        cli.terminal.print(`${JSON.stringify(report, undefined, 2)}\n`);
        return;
      }
      if (isUnknown(explained)) throw nothingThere(rawOf(explained));
      const nowMs = cli.host.clock.now();
      cli.terminal.print(explainScreen(cli.terminal, { explained, jobs: config.jobs, nowMs }));
    });
}

function isUnknown({ found, jobs, placements, setAside, storedBelow }: Explained): boolean {
  const isRemembered = placements.length + setAside.length + storedBelow.length > 0;
  return found === null && !isRemembered && jobs.every(({ error, refusal }) => error === null && refusal === null);
}

function nothingThere(path: RawPath): OperatorError {
  const name = shellQuote(rawPath(`*${baseName(path)}*`));
  return new OperatorError("NOT_FOUND", `nothing lies at ${shellQuote(path)}, and nothing from there was ever moved`, {
    hint: `look further: tierkeep find ${name}`,
  });
}
