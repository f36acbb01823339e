import type { Told } from "./story.ts";

/** Marks the tiers as tierkeep's and looks at them. */
export async function showTiers({ stage, teller, commands, rows }: Told): Promise<void> {
  await teller.heading("Are the tiers well?");
  teller.say("A tier is known by an identity that lies on it, not by its path.", "So each is adopted once.");
  const adopted = await commands.tierkeep("tier", "adopt", "warm", "--yes");
  const adoptedToo = await commands.shell("tierkeep tier adopt cold --yes > /dev/null");
  const health = await commands.tierkeep("health");
  const { hot, warm, cold } = stage.types;
  // A warning is no failure: on directories the disk below may be fuller than the demo can help.
  const isGood = adopted === 0 && adoptedToo === 0 && (health === 0 || health === 1);
  rows.push({ isGood, what: "three tiers checked", numbers: `hot ${hot}, warm ${warm}, cold ${cold}` });
}
