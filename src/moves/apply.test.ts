import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { openStepTable, type Step } from "../catalog/step-table.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { batches } from "./apply.ts";

const MiB = 2 ** 20;

/** Steps as a plan has them: the links of one file stand together. */
const steps = fc
  .array(
    fc.record({ sizeBytes: fc.oneof(fc.nat(1_000), fc.nat(300 * MiB)), links: fc.constantFrom(1, 1, 1, 1, 2, 5) }),
    {
      maxLength: 60,
    },
  )
  .map((files) =>
    files.flatMap(({ sizeBytes, links }, index) =>
      Array.from({ length: links }, (_, link) =>
        step({ path: `${index}-${link}`, inode: BigInt(index), sizeBytes, links }),
      ),
    ),
  );

test("batches hold every step once, in order, and keep their limits unless one file alone is beyond them", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const made = [...batches(all, 1_000)];
      assert.deepEqual(made.flat(), all);
      for (const batch of made) {
        const files = new Map(batch.map(({ identity }) => [identity.inode, identity.sizeBytes]));
        const bytes = [...files.values()].reduce((sum, size) => sum + size, 0);
        assert.ok(batch.length > 0);
        assert.ok(bytes <= 256 * MiB || files.size === 1, `${files.size} files of ${bytes} bytes`);
      }
    }),
  );
});

test("M14: no batch splits the links of a file, however many they are", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const places = new Map<bigint, Set<number>>();
      [...batches(all, 1_000)].forEach((batch, index) => {
        for (const { identity } of batch)
          places.set(identity.inode, (places.get(identity.inode) ?? new Set()).add(index));
      });
      assert.ok([...places.values()].every((batch) => batch.size === 1));
    }),
  );
  const links = Array.from({ length: 2_500 }, (_, link) =>
    step({ path: `${link}`, inode: 1n, sizeBytes: 1, links: 2_500 }),
  );
  assert.deepEqual(
    [...batches(links, 1_000)].map((batch) => batch.length),
    [2_500],
  );
});

test("at most a thousand files go together", () => {
  const many = Array.from({ length: 2_100 }, (_, index) =>
    step({ path: `${index}`, inode: BigInt(index), sizeBytes: 1, links: 1 }),
  );
  assert.deepEqual(
    [...batches(many, 1_000)].map((batch) => batch.length),
    [1_000, 1_000, 100],
  );
});

test("M14: a plan's table drops groups that are not whole, and never half of one when room is short", () => {
  const present = fc.array(
    fc.record({ links: fc.integer({ min: 1, max: 4 }), missing: fc.boolean(), sizeBytes: fc.nat(100) }),
  );
  fc.assert(
    fc.property(present, fc.nat(1_000), (files, room) => {
      using table = openStepTable();
      files.forEach(({ links, missing, sizeBytes }, index) => {
        const here = missing ? links - 1 : links;
        for (let link = 0; link < here; link++) {
          table.add(step({ path: `${index}-${link}`, inode: BigInt(index), sizeBytes, links }));
        }
      });
      const dropped: string[] = [];
      const drop = (path: string) => void dropped.push(path);
      table.dropSplitGroups(drop);
      table.dropBeyond(room, drop);
      table.dropSplitGroups(drop);
      const left = [...table.steps()];
      for (const { identity } of left) {
        assert.equal(left.filter((other) => other.identity.inode === identity.inode).length, identity.links);
      }
      const content = new Map(left.map(({ identity }) => [identity.inode, identity.sizeBytes]));
      assert.ok([...content.values()].reduce((sum, sizeBytes) => sum + sizeBytes, 0) <= room);
      assert.equal(new Set([...dropped, ...left.map(({ path }) => path)]).size, dropped.length + left.length);
    }),
    { numRuns: 40 },
  );
});

function step(facts: { path: string; inode: bigint; sizeBytes: number; links: number }): Step {
  const { path, ...identity } = facts;
  const share = Math.ceil(facts.sizeBytes / facts.links);
  const times = { device: 1, modifiedNs: 5n, changedNs: 5n };
  return {
    path: path as RawPath,
    identity: { ...times, ...identity },
    stampNs: times.modifiedNs,
    roomBytes: share,
    allocatedBytes: share,
  };
}
