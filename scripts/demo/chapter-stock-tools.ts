import type { Moved } from "./chapter-move.ts";
import { count } from "./numbers.ts";
import { tool } from "./stage.ts";
import { listStored, notStored } from "./stored.ts";
import type { Told } from "./story.ts";

/** sha256sum wants names with a backslash or a line feed escaped; they are left to the script in the tier's README.txt. */
const checkSums = String.raw`cat .tierkeep/manifests/*/*/*/*.jsonl |
    jq -r 'select(.fact == "stored" and .storedAsBase64 == null)
      | select(.storedAs | test("[\\\\\n]") | not)
      | "\(.storedSha256)  \(.storedAs)"' |
    sha256sum --check --quiet && echo all right`;

/** What lies on the tier is plain files: read with programs that every machine has. */
export async function readWithoutTierkeep(told: Told, moved: Moved): Promise<void> {
  const { stage, teller, commands, tree, before, rows } = told;
  await teller.heading("And without tierkeep?");
  const missing = ["zstd", "jq"].filter((program) => !tool(program, ["--version"]));
  if (missing.length > 0) {
    teller.say(`Not shown: ${missing.join(" and ")} is not installed here.`);
    return;
  }
  teller.say("In ten years there may be no tierkeep. zstd, jq and sha256sum will do.");
  const path = tree.example.slice(`${stage.hot}/log/`.length);
  const stored = listStored(stage).get(path) ?? "";
  await teller.typed("cd warm");
  const read = await commands.shell(`zstd -dc ${stored} | sha256sum`, stage.warm);
  const was = await commands.shell(`grep ${path}$ ../before.sha256`, stage.warm);
  const whole = await commands.shell(
    "find demo -name '*.zst' -print0 | xargs -0 zstd -tq && echo all whole",
    stage.warm,
  );
  const sums = await commands.shell(checkSums, stage.warm);
  rows.push({
    isGood: [read, was, whole, sums].every((code) => code === 0) && notStored(stage, moved, before).length === 0,
    what: "read with zstd, jq, sha256sum",
    numbers: `${count(moved.length)} copies`,
  });
}
