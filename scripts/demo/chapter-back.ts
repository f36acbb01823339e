import { readFileSync } from "node:fs";
import type { Moved } from "./chapter-move.ts";
import { compareFacts, type TreeFacts, takeFacts } from "./facts.ts";
import { count } from "./numbers.ts";
import { sumEverything } from "./scene.ts";
import { toolOutput } from "./stage.ts";
import type { Told } from "./story.ts";
import type { LiveWriter } from "./writer.ts";

/** Find, cat and restore; then everything is compared with how it was. */
export async function getBack(told: Told, moved: Moved, writer: LiveWriter): Promise<void> {
  const { stage, teller, commands, tree, rows } = told;
  await teller.heading("Where is it, and what is in it?");
  teller.say("What was moved is found by its old name and read without restoring it.");
  const name = tree.example.slice(tree.example.lastIndexOf("/") + 1);
  const found = await commands.tierkeep("find", name);
  const read = await commands.shell(`tierkeep cat ${tree.example} | tail -n 2`);
  rows.push({ isGood: found === 0 && read === 0, what: "found and read", numbers: name });

  await teller.heading("Everything back");
  teller.say(`All ${count(moved.length)} files into another directory, and sha256sum's word for it.`);
  const back = `${stage.hot}/back${stage.hot}/log`;
  const restored = await commands.shell(`tierkeep restore ${stage.hot}/log --to ${stage.hot}/back | tail -n 1`);
  await teller.typed(`cd ${back}`);
  const check = `sha256sum --check --ignore-missing --quiet ${stage.root}/before.sha256`;
  const sums = await commands.shell(`${check} && echo all as before`, back);
  rows.push({
    isGood: restored === 0 && sums === 0,
    what: "restored",
    numbers: `${count(moved.length)} files, checked with sha256sum`,
  });
  compareEverything(told, { back, moved });
  await showWriter(told, writer);
}

function compareEverything({ stage, before, hasGetfattr, teller, rows }: Told, { back, moved }: Compared): void {
  const restored = factsNow(back, hasGetfattr);
  const stayed = factsNow(`${stage.hot}/log`, hasGetfattr);
  const differences = compareFacts(before, new Map([...stayed, ...restored]));
  const problems = [...differences.map(({ path, what }) => `${path}: ${what}`), ...unexpected(restored, moved)];
  const kinds = ["content", "mode", "owner", "time in ns", ...(hasGetfattr ? ["attributes"] : []), "holes", "links"];
  teller.say("", `File by file, restored or never moved: ${kinds.join(", ")}.`);
  for (const problem of problems.slice(0, 10)) teller.say(`  different: ${JSON.stringify(problem)}`);
  const numbers = `${count(before.size)} files, ${problems.length} differences`;
  rows.push({ isGood: problems.length === 0, what: "compared with how it was", numbers });
}

interface Compared {
  readonly back: string;
  readonly moved: Moved;
}

function factsNow(root: string, hasGetfattr: boolean): TreeFacts {
  return takeFacts(root, toolOutput("sh", ["-c", sumEverything], { cwd: root }).toString("latin1"), hasGetfattr);
}

/** Each moved file is among the restored ones, and nothing else. */
function unexpected(restored: TreeFacts, moved: Moved): readonly string[] {
  const expected = new Set(moved);
  return [
    ...moved.filter((path) => !restored.has(path)).map((path) => `${path}: it was not restored`),
    ...[...restored.keys()].filter((path) => !expected.has(path)).map((path) => `${path}: where does it come from?`),
  ];
}

async function showWriter({ teller, tree, rows }: Told, writer: LiveWriter): Promise<void> {
  const line = "still here, and still writing to the same file";
  const isThere = await writer.write(line);
  const last = readFileSync(tree.heldOpen, "utf8").trimEnd().split("\n").at(-1) ?? "";
  teller.say("", "The service that held a log open never noticed. It writes one more line now:");
  teller.shown([`${tree.heldOpen}: ${last}`]);
  rows.push({ isGood: isThere, what: "open log left alone", numbers: "its writer goes on in the same file" });
}
