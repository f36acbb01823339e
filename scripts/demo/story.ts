import type { ChildProcess } from "node:child_process";
import { getBack } from "./chapter-back.ts";
import { moveTwice } from "./chapter-move.ts";
import { showHungNas } from "./chapter-nas.ts";
import { showNight } from "./chapter-night.ts";
import { answerQuestions } from "./chapter-questions.ts";
import { readWithoutTierkeep } from "./chapter-stock-tools.ts";
import { showTiers } from "./chapter-tiers.ts";
import { type Commands, makeCommands } from "./commands.ts";
import { prepare, type Scene } from "./scene.ts";
import type { Stage } from "./stage.ts";
import type { Row, Teller } from "./teller.ts";
import { startWriter } from "./writer.ts";

/** What every chapter has at hand; each adds the lines that it has proved to the closing table. */
export interface Told extends Scene {
  readonly stage: Stage;
  readonly teller: Teller;
  readonly commands: Commands;
  readonly rows: Row[];
}

interface Doors {
  readonly stage: Stage;
  readonly teller: Teller;
  readonly running: Set<ChildProcess>;
}

/** Tells all chapters. @returns whether all that was shown was as it should be */
export async function tellStory({ stage, teller, running }: Doors): Promise<boolean> {
  const startedMs = performance.now();
  const scene = await prepare(stage, teller);
  const writer = await startWriter(scene.tree.heldOpen, running);
  const told: Told = { stage, teller, commands: makeCommands(stage, teller, running), rows: [], ...scene };
  await showTiers(told);
  const moved = await moveTwice(told);
  await getBack(told, moved, writer);
  await readWithoutTierkeep(told, moved);
  await showNight(told);
  await showHungNas(told, running);
  await answerQuestions(told);
  await writer.stop();
  await teller.heading("What you have seen");
  teller.table(told.rows);
  const isGood = told.rows.every((row) => row.isGood !== false);
  const seconds = Math.round((performance.now() - startedMs) / 1000);
  teller.say(
    "",
    isGood
      ? `Not a byte was lost. It took ${seconds} s; its scratch folder is removed now.`
      : `Something above is not as it should be: please report it. The scratch folder is removed now.`,
  );
  if (isGood) teller.say("On a machine of your own: docs/guide/first-hour.md");
  return isGood;
}
