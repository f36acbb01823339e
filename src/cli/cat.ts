import { createHash } from "node:crypto";
import type { Command } from "commander";
import { openReach } from "../app/reach.ts";
import { openShelf } from "../app/shelf.ts";
import { requireCatalog } from "../app/stored.ts";
import { closeFd } from "../host/posix.ts";
import { OperatorError } from "../lib/errors.ts";
import { parseMoment } from "../lib/moment.ts";
import { rawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { readContent } from "../moves/stored-content.ts";
import { damaged, openPlacement } from "../restore/open-placement.ts";
import { absolutePatterns, choosePlacements } from "../restore/select.ts";
import { addVerb, type Cli, type SharedOptions } from "./cli.ts";
import type { StoredDoors } from "./find.ts";

interface CatOptions extends SharedOptions {
  readonly at?: string;
}

/** `tierkeep cat PATH|ID [--at TIME]`: the content of one version, decompressed, wherever it is. */
export function addCatVerb(program: Command, cli: Cli, open: StoredDoors): void {
  addVerb(program, "cat", "the content of one stored file, decompressed")
    .argument("<path>", "a path or an id")
    .option("--at <time>", "as it was then (ISO 8601)")
    .action(async (pattern: string, _options: unknown, command: Command) => {
      await cat(cli, open, { pattern, options: command.optsWithGlobals<CatOptions>() });
    });
}

async function cat(
  cli: Cli,
  open: StoredDoors,
  { pattern, options }: { pattern: string; options: CatOptions },
): Promise<void> {
  if (options.json === true)
    throw new OperatorError("USAGE", "cat writes content, not a report", {
      hint: "tierkeep find --json PATH tells about it",
    });
  const config = open.config(options.config);
  using catalog = requireCatalog(config);
  const { workingDirectory } = open;
  const reach = openReach(open.app, config);
  await reach.ask(absolutePatterns({ patterns: [pattern], workingDirectory }));
  const choice = { placements: catalog.placements, pattern, workingDirectory, reach };
  const chosen = choosePlacements({ ...choice, atMs: requireMoment(options.at) });
  const [placement, ...others] = chosen;
  const quoted = shellQuote(rawPath(pattern));
  if (placement === undefined || others.length > 0) {
    throw new OperatorError("AMBIGUOUS", `${quoted} means ${chosen.length} files`, {
      hint: `tierkeep find ${quoted} lists them; cat takes one`,
    });
  }
  using shelf = await openShelf(open.app, config, { catalog, names: [placement.tier] });
  const tier = shelf.tier(placement.tier);
  const fd = openPlacement(tier, placement);
  try {
    const digest = createHash("sha256");
    const content = readContent(fd, placement);
    for await (const chunk of content.bytes) {
      digest.update(chunk);
      if (!(await cli.terminal.pour(chunk))) return;
    }
    const problem =
      content.problem() ?? (digest.digest("hex") === placement.sha256 ? undefined : "its content has another SHA-256");
    if (problem !== undefined) throw damaged(placement, tier, `${problem}; do not use what was printed`);
  } finally {
    closeFd(fd);
  }
}

/** @throws OperatorError USAGE */
export function requireMoment(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseMoment(text);
  if (ms !== undefined) return ms;
  throw new OperatorError("USAGE", `${text} is not a time`, {
    hint: "write it as 2026-11-23, 2026-11-23T04:15 or 2026-11-23T04:15:00Z",
  });
}
