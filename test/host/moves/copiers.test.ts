import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { newDeviceTurn } from "../../../src/host/device-turn.ts";
import type { CopierContext } from "../../../src/moves/copier-context.ts";
import { startCopiers } from "../../../src/moves/copiers.ts";
import { packTasks } from "../../../src/moves/piece-columns.ts";
import { scratch } from "../../support/scratch.ts";

const context: CopierContext = {
  source: 0,
  tier: 0,
  staging: 0,
  leases: true,
  compress: "none",
  readBack: "cache",
  syncEach: true,
  syncNames: false,
  setAside: true,
  asidePrefix: ".tierkeep-aside-test.",
  publish: "rename-noreplace",
  hardLinks: true,
  turn: newDeviceTurn(),
};

test("threads that are still starting when the work is done end without harm", async () => {
  const entryPoint = new URL("../../../src/entry/copier.ts", import.meta.url).pathname;
  for (let round = 0; round < 8; round++) {
    await using copiers = startCopiers({ entryPoint, context, threads: 4 });
    // The first to be there answers while the others load.
    await Promise.race(copiers.threads.map((thread) => thread.ask("copy", { piece: 1, tasks: packTasks([]) })));
  }
});

test("a thread that dies of a bug fails what it was asked and what is asked later, and nobody waits for ever", async () => {
  using dir = scratch("copiers");
  const entryPoint = `${dir.path}/dying.mjs`;
  writeFileSync(
    entryPoint,
    'import { parentPort } from "node:worker_threads"; parentPort.on("message", () => { throw new Error("a bug") });',
  );
  await using copiers = startCopiers({ entryPoint, context, threads: 1 });
  await assert.rejects(copiers.idlest().ask("copy", { piece: 1, tasks: packTasks([]) }), /a bug/);
  await assert.rejects(copiers.idlest().ask("copy", { piece: 1, tasks: packTasks([]) }), /a bug/);
});
