import type { Told } from "./story.ts";

/** Questions of the morning: why is it still here, and where is it? */
export async function answerQuestions(told: Told): Promise<void> {
  const { stage, teller, commands, tree, rows } = told;
  await teller.heading("Why is it still here? Where is it?");
  const young = await commands.tierkeep("explain", `${stage.hot}/log/nginx/access.log.3`);
  const held = await commands.tierkeep("explain", tree.heldOpen);
  const moved = await commands.tierkeep("explain", tree.example);
  const isGood = [young, held, moved].every((code) => code === 0);
  rows.push({ isGood, what: "explained", numbers: "one that is too young, one in use, one that has moved" });
}
