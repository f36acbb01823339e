import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { needsRoot } from "../../test/support/loop-mount.ts";
import { mountTmpfs } from "../../test/support/tmpfs-mount.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { openStepTable, type Step } from "./step-table.ts";

const path = fc
  .array(fc.integer({ min: 1, max: 255 }), { minLength: 1, maxLength: 20 })
  .map((codes) => String.fromCharCode(...codes) as RawPath);
const step: fc.Arbitrary<Step> = fc.record({
  path,
  identity: fc.record({
    device: fc.nat(2 ** 40),
    inode: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    sizeBytes: fc.nat(2 ** 45),
    modifiedNs: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
    changedNs: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
    links: fc.constant(1),
  }),
  stampNs: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
  allocatedBytes: fc.constant(0),
  roomBytes: fc.nat(2 ** 45),
});

test("what goes in comes out, to the last bit, oldest first", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      using table = openStepTable();
      for (const each of steps) table.add(each);
      const out = [...table.steps()];
      assert.deepEqual(new Set(out.map(inText)), new Set(steps.map(inText)));
      assert.equal(out.length, steps.length);
      const times = out.map(({ stampNs }) => stampNs);
      assert.ok(times.every((time, index) => index === 0 || time >= (times[index - 1] ?? time)));
      const { files, bytes, roomBytes, oldestNs } = table.totals();
      const modified = steps.map(({ identity }) => identity.modifiedNs).sort((a, b) => (a < b ? -1 : 1));
      assert.deepEqual([files, oldestNs], [steps.length, modified[0]]);
      const sum = (numberOf: (each: Step) => number) => steps.reduce((all, each) => all + numberOf(each), 0);
      assert.deepEqual([bytes, roomBytes], [sum((each) => each.identity.sizeBytes), sum((each) => each.roomBytes)]);
    }),
    { numRuns: 50 },
  );
});

test("M27: with room for some, the oldest stay in the plan, and one that could never fit holds nobody up", () => {
  using table = openStepTable();
  const sizes = [40, 500, 40, 40];
  sizes.forEach((sizeBytes, index) => {
    table.add({
      path: `${index}` as RawPath,
      identity: { device: 1, inode: BigInt(index), sizeBytes, modifiedNs: BigInt(index), changedNs: 0n, links: 1 },
      stampNs: BigInt(index),
      allocatedBytes: 0,
      roomBytes: sizeBytes,
    });
  });
  const dropped: string[] = [];
  table.dropBeyond(100, (each) => void dropped.push(each));
  assert.deepEqual(
    [...table.steps()].map((each) => each.path),
    ["0", "2"],
  );
  assert.deepEqual(dropped.toSorted(), ["1", "3"]);
  table.dropBeyond(-5, (each) => void dropped.push(each));
  assert.deepEqual([...table.steps()], []);
});

test("a full temporary directory is told as such, not as the catalog's disk", { skip: needsRoot }, async () => {
  await using small = await mountTmpfs({ sizeMiB: 1 });
  // SQLite reads the variable once in a process.
  const script = `
    import { openStepTable } from ${JSON.stringify(import.meta.resolve("./step-table.ts"))};
    const identity = { device: 1, inode: 1n, sizeBytes: 1, modifiedNs: 1n, changedNs: 1n, links: 1 };
    using table = openStepTable();
    try {
      for (let index = 0; index < 20_000; index++) table.add({ path: String(index).padEnd(4_000), identity, stampNs: 0n, allocatedBytes: 0, roomBytes: 1 });
    } catch ({ code, message, hint }) {
      console.log(code, message, hint);
    }
  `;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env, SQLITE_TMPDIR: small.path },
    encoding: "utf8",
  });
  assert.match(stdout, /^TEMP_FILE .*full.*\/var\/tmp/);
});

test("an empty plan has no oldest", () => {
  using table = openStepTable();
  assert.deepEqual(table.totals(), { files: 0, bytes: 0, allocatedBytes: 0, roomBytes: 0, oldestNs: undefined });
});

function inText({ path: each, identity }: Step): string {
  return `${each} ${Object.values(identity).join(" ")}`;
}
