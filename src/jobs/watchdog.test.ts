import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { watchdog } from "./watchdog.ts";

const mib = 2 ** 20;

test("a process that says nothing and does nothing is stalled after the timeout, and not before", () => {
  const dog = watchdog(1_000, 0);
  const still = { ioBytes: 0, unwrittenBytes: 0 };
  assert.equal(dog.isStalled(still, 999), false);
  assert.equal(dog.isStalled(still, 1_000), true);
});

test("a message, and bytes read or written, are progress", () => {
  const dog = watchdog(1_000, 0);
  dog.heard(900);
  assert.equal(dog.isStalled({ ioBytes: 0, unwrittenBytes: 0 }, 1_800), false);
  assert.equal(dog.isStalled({ ioBytes: 8_192, unwrittenBytes: 0 }, 1_850), false);
  assert.equal(dog.isStalled({ ioBytes: 8_193, unwrittenBytes: 0 }, 2_700), false);
  assert.equal(dog.isStalled({ ioBytes: 8_194, unwrittenBytes: 0 }, 2_850), true, "a byte is no work");
});

test("while it syncs, less to write back is progress", () => {
  const dog = watchdog(1_000, 0);
  for (let at = 0, left = 100 * mib; left > 0; at += 900, left -= mib) {
    assert.equal(dog.isStalled({ ioBytes: 0, unwrittenBytes: left }, at), false);
  }
});

test("what others write and write back keeps no dead process alive for ever", () => {
  const wave = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 5, maxLength: 20 });
  fc.assert(
    fc.property(wave, (levels) => {
      const dog = watchdog(10_000, 0);
      let at = 0;
      // The same waves again and again: a new low comes only in the first of them.
      for (let round = 0; round < 3; round++) {
        for (const level of levels) {
          at += 1_000;
          dog.isStalled({ ioBytes: 0, unwrittenBytes: level * mib }, at);
        }
      }
      return dog.isStalled({ ioBytes: 0, unwrittenBytes: 1_000 * mib }, at + 10_000);
    }),
  );
});
