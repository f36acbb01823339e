import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { tool } from "./stage.ts";
import { listStored } from "./stored.ts";
import type { Told } from "./story.ts";

/** Questions of the morning: why is it still here, where is it, and is what is stored still whole? */
export async function answerQuestions(told: Told): Promise<void> {
  const { stage, teller, commands, tree, rows } = told;
  await teller.heading("Why is it still here? Where is it?");
  const young = await commands.tierkeep("explain", `${stage.hot}/log/nginx/access.log.3`);
  const held = await commands.tierkeep("explain", tree.heldOpen);
  const moved = await commands.tierkeep("explain", tree.example);
  const isGood = [young, held, moved].every((code) => code === 0);
  rows.push({ isGood, what: "explained", numbers: "one that is too young, one in use, one that has moved" });
  await findDamage(told);
}

async function findDamage({ stage, teller, commands, rows }: Told): Promise<void> {
  await teller.heading("Is what is stored still whole?");
  teller.say("One bit of one stored file is flipped, its size and times kept, as a failing disk would.");
  const [name] = [...listStored(stage).values()].filter((path) => /orders\.log\.30/.test(path));
  const path = `${stage.warm}/${name}`;
  await teller.typed(`flip a bit in ${path}`);
  flipBit(path, `${stage.root}/times`);
  const found = await commands.tierkeep("verify", "warm");
  const health = await commands.shell("tierkeep health | tail -n 2");
  rows.push({ isGood: found === 13 && health === 0, what: "damage found by verify", numbers: `exit ${found}` });
}

function flipBit(path: string, times: string): void {
  tool("touch", ["-r", path, times]);
  const fd = openSync(path, "r+");
  const byte = Buffer.alloc(1);
  const at = Math.floor(fstatSync(fd).size / 2);
  readSync(fd, byte, 0, 1, at);
  byte.writeUInt8(byte.readUInt8() ^ 0x10);
  writeSync(fd, byte, 0, 1, at);
  closeSync(fd);
  tool("touch", ["-r", times, path]);
}
