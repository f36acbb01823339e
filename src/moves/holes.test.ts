import assert from "node:assert/strict";
import { ftruncateSync, writeSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { openPlace, withOpen } from "../../test/support/place.ts";
import { readFully, truncateFile, writeFully } from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import { findHoles, type Range, writeAround } from "./holes.ts";

/** Holes as `findHoles` gives them: in order, apart, none empty. */
const holes = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 })), { maxLength: 6 })
  .map((gaps) => {
    let at = 0;
    return gaps.map(([gap, length]): Range => {
      const offset = at + gap - 1;
      at = offset + length + 1;
      return [offset, length];
    });
  });

test("M13: every byte outside the holes is written once, in order, and none inside; however it is cut into parts", () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(holes, cuts, (ranges, lengths) => {
      const written: number[] = [];
      const isInHole = (at: number) => ranges.some(([offset, length]) => at >= offset && at < offset + length);
      const byteAt = (at: number) => (isInHole(at) ? 0 : 1 + (at % 251));
      let position = 0;
      for (const length of lengths) {
        const bytes = Uint8Array.from({ length }, (_, index) => byteAt(position + index));
        const write = (part: Uint8Array, at: number) => {
          part.forEach((value, index) => {
            assert.equal(value, byteAt(at + index));
            written.push(at + index);
          });
        };
        writeAround(ranges, bytes, { position, write });
        position += length;
      }
      const outside = Array.from({ length: position }, (_, at) => at).filter((at) => !isInHole(at));
      assert.deepEqual(written, outside);
    }),
  );
});

test("M13: what is written around the holes of a file is that file again", () => {
  using place = openPlace("holes");
  const block = 65_536;
  const blocks = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(blocks, fc.integer({ min: 0, max: block - 1 }), (filled, rest) => {
      const size = filled.length * block + rest;
      const [source, copy] = withOpen(place, "source", (from) => {
        ftruncateSync(from, 0);
        ftruncateSync(from, size);
        filled.forEach((isFilled, index) => {
          if (isFilled) writeSync(from, Buffer.alloc(block, index + 1), 0, block, index * block);
        });
        const bytes = Buffer.alloc(size);
        readFully(from, bytes, 0);
        const copied = withOpen(place, "copy", (to) => {
          truncateFile(to, 0);
          const found = findHoles(from, statFd(from));
          writeAround(found, bytes, { position: 0, write: (part, at) => writeFully(to, part, at) });
          truncateFile(to, size);
          const again = Buffer.alloc(size);
          readFully(to, again, 0);
          assert.ok(statFd(to).allocatedBytes <= statFd(from).allocatedBytes + block);
          return again;
        });
        return [bytes, copied];
      });
      assert.ok(source.equals(copy));
    }),
    { numRuns: 30 },
  );
});

test("a file without holes, an empty one and one that is all hole", () => {
  using place = openPlace("holes");
  withOpen(place, "file", (fd) => {
    assert.deepEqual(findHoles(fd, statFd(fd)), []);
    writeSync(fd, "dense");
    assert.deepEqual(findHoles(fd, statFd(fd)), []);
    ftruncateSync(fd, 0);
    ftruncateSync(fd, 10_000_000);
    assert.deepEqual(findHoles(fd, statFd(fd)), [[0, 10_000_000]]);
  });
});
