import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { mountBindfs } from "../../support/bindfs.ts";
import { mountLoop, needsRoot } from "../../support/loop-mount.ts";
import { cutPower } from "../../support/power-cut.ts";
import { contentBelow, hashOf, oldFile } from "../moves/files.ts";
import { openScene } from "../moves/scene.ts";

for (const type of ["ext4", "xfs"] as const) {
  test(`M1: a tier behind FUSE keeps what it got through a power cut (${type} below)`, {
    skip: needsRoot,
  }, async () => {
    await using hot = await mountLoop({ type: "ext4", sizeMiB: 32 });
    await using real = await mountLoop({ type, sizeMiB: 64 });
    const names = ["a.1", "below/b.1", "below/c.1"];
    for (const name of names) oldFile(`${hot.path}/log/${name}`, `what only ${name} says\n`);
    const before = contentBelow(`${hot.path}/log`);
    const stored: string[] = [];
    {
      await using warm = await mountBindfs(real.path);
      using scene = openScene({ source: `${hot.path}/log`, tier: warm.path });
      const { results } = await scene.run();
      assert.deepEqual(new Set(Object.values(results)), new Set(["moved"]));
      stored.push(...scene.placements().map(({ storedAs }) => storedAs));
      // FUSE answers syncfs itself: only what was synced file by file is there now.
      cutPower(real.path);
    }
    real.unmount();
    real.remount();
    assert.deepEqual(
      stored.filter((name) => !existsSync(`${real.path}/${name}`)),
      [],
      "lost with the power",
    );
    for (const name of names) assert.equal(hashOf(`${real.path}/jts-1/logs/${name}`), before.get(name), name);
  });
}
