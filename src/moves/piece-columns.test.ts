import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { rawPathOfBytes } from "../lib/raw-path.ts";
import { packCopied, packTasks, unpackCopied, unpackTasks } from "./piece-columns.ts";

const signed = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const asObject = { noNullPrototype: true };

const identity = fc.record(
  {
    device: fc.nat({ max: 2 ** 31 - 1 }),
    inode: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    sizeBytes: fc.maxSafeNat(),
    modifiedNs: signed,
    changedNs: signed,
    links: fc.nat(),
  },
  asObject,
);

const task = fc.record(
  { seq: fc.nat(), path: fc.uint8Array().map(rawPathOfBytes), isLink: fc.boolean(), identity },
  asObject,
);

const copied = fc.record(
  {
    sha256: fc.string(),
    storedSha256: fc.string(),
    storedBytes: fc.maxSafeNat(),
    compression: fc.constantFrom("zstd" as const, "gzip" as const, "none" as const),
    facts: fc.string(),
  },
  asObject,
);

test("what is packed into columns and cloned comes out the same", () => {
  fc.assert(
    fc.property(fc.array(task), fc.array(copied), (tasks, copies) => {
      assert.deepEqual(unpackTasks(structuredClone(packTasks(tasks))), tasks);
      assert.deepEqual(unpackCopied(structuredClone(packCopied(copies))), copies);
    }),
  );
});
