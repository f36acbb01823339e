import { readFileSync, writeFileSync } from "node:fs";
import { type TreeFacts, takeFacts } from "./facts.ts";
import { type LogTree, makeLogTree } from "./log-tree.ts";
import { count } from "./numbers.ts";
import { type Stage, tool, toolOutput } from "./stage.ts";
import type { Teller } from "./teller.ts";

/** The log tree, its configuration, and how everything was before. */
export interface Scene {
  readonly tree: LogTree;
  readonly before: TreeFacts;
  readonly bytes: number;
  readonly hasGetfattr: boolean;
}

export const sumEverything = "find . -type f -print0 | sort -z | xargs -0 sha256sum";

export async function prepare(stage: Stage, teller: Teller): Promise<Scene> {
  teller.say(
    "tierkeep moves old files from fast storage to cheap storage and never loses a byte.",
    `Watch it do so with 2,000 log files, below ${stage.root} and nowhere else.`,
  );
  await teller.heading("A machine with three tiers");
  teller.say(...tiersText(stage));
  const tree = makeLogTree(`${stage.hot}/log`, `${stage.hot}/elsewhere`);
  writeFileSync(`${stage.root}/tierkeep.toml`, `${configLines(stage).join("\n")}\n`);
  teller.say(
    "",
    `hot/log holds ${count(tree.files)} files as logrotate leaves them. Among them are hard links, a sparse`,
    "file, a log that a service still holds open, and names such as --delete, $(reboot)",
    "and one with a line feed. This is the whole configuration:",
    "",
  );
  teller.shown(configLines(stage));
  const sums = toolOutput("sh", ["-c", sumEverything], { cwd: `${stage.hot}/log` }).toString("latin1");
  writeFileSync(`${stage.root}/before.sha256`, sums, "latin1");
  teller.say("", "The SHA-256 of every file is written down in before.sha256, for the end.");
  const hasGetfattr = tool("getfattr", ["--version"]);
  const before = takeFacts(`${stage.hot}/log`, readFileSync(`${stage.root}/before.sha256`, "latin1"), hasGetfattr);
  const bytes = [...before.values()].reduce((sum, facts) => sum + Number(facts.blocks) * 512, 0);
  return { tree, before, bytes, hasGetfattr };
}

function tiersText({ types, whyDirectories }: Stage): readonly string[] {
  if (whyDirectories !== undefined) {
    return [`hot, warm and cold are plain directories here, since ${whyDirectories}.`];
  }
  return [
    `hot (${types.hot}), warm (${types.warm}) and cold (${types.cold}) are real file systems,`,
    "each in an image file of the scratch folder.",
  ];
}

function configLines(stage: Stage): readonly string[] {
  const directory = stage.whyDirectories === undefined ? [] : ["directory = true"];
  return [
    "version = 1",
    'host = "demo"',
    `state_dir = "${stage.root}/state"`,
    "[tiers.hot]",
    `filesystems = ["${stage.hot}"]`,
    "[tiers.warm]",
    `path = "${stage.warm}"`,
    ...directory,
    "[tiers.cold]",
    `path = "${stage.cold}"`,
    ...directory,
    "[[move]]",
    'name = "logs"',
    `source = "${stage.hot}/log"`,
    'to = "warm"',
    'older_than = "7d"',
    'compress = "zstd"',
    'layout = "by-date"',
  ];
}
