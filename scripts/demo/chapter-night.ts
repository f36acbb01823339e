import { existsSync, readdirSync, readFileSync } from "node:fs";
import { walkFiles } from "./facts.ts";
import { editConfig, type NightScene, prepareNight } from "./night-scene.ts";
import type { Told } from "./story.ts";

/** The nightly jobs beside logs: a backup set goes whole, scratch is cleaned, and an edited rule waits for a person. */
export async function showNight(told: Told): Promise<NightScene> {
  const { stage, teller, commands } = told;
  const night = prepareNight(stage);
  await teller.heading("The rest of the night");
  teller.say(
    "Two more jobs join: backup sets older than 30 days go to cold, each whole or not at all;",
    "scratch of three days goes for good. Somebody has planted a link in there.",
    "",
  );
  teller.shown(night.config);
  await commands.shell(`ls -l ${night.scratch}/job-17 | tail -n +2`);
  const approved = await commands.tierkeep("approve", "backups", "scratch");
  const ran = await commands.tierkeep("run");
  judgeNight(told, night, approved === 0 && ran === 0);
  await editRule(told);
  return night;
}

function judgeNight({ stage, rows }: Told, night: NightScene, isDone: boolean): void {
  const stored = `${stage.cold}/demo/backups/2026-10-01-full`;
  const files = existsSync(stored) ? walkFiles(stored).length : 0;
  rows.push({
    isGood: isDone && files === 60 && !existsSync(night.set) && existsSync(night.youngSet),
    what: "a backup set moved whole",
    numbers: `${files} files, an empty directory and a link on cold; the young set stayed`,
  });
  const left = walkFiles(night.scratch);
  const isSafe = readFileSync(`${night.precious}/accounts.db`, "utf8") === "nobody may delete this\n";
  rows.push({
    isGood: isSafe && left.length === 1 && readdirSync(night.precious).length === 1,
    what: "scratch cleaned around a link",
    numbers: `${night.scratchFiles} files gone, what the link points to is untouched`,
  });
}

async function editRule({ stage, teller, commands, rows }: Told): Promise<void> {
  await teller.heading("Somebody edits a rule at night");
  teller.say("A small edit, and the rule would delete what was made this morning. It waits for a person.");
  await teller.typed(`sed -i 's/older_than = "3d"/older_than = "1h"/' tierkeep.toml`);
  editConfig(stage, 'older_than = "3d"', 'older_than = "1h"');
  const refused = await commands.tierkeep("run", "scratch");
  const isThere = existsSync(`${stage.hot}/scratch/in-progress`);
  editConfig(stage, 'older_than = "1h"', 'older_than = "3d"');
  rows.push({ isGood: refused === 5 && isThere, what: "an edited rule refused", numbers: `exit ${refused}` });
}
