import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { isWorthwhile, looksCompressed } from "./compressible.ts";
import {
  compressFrame,
  decodeSeekTable,
  encodeSeekTable,
  type Frame,
  type FramedCodec,
  seekFooterBytes,
  seekTableSize,
} from "./framed.ts";

const noZstd = existsSync("/usr/bin/zstd") ? false : "needs zstd";

const content = fc.oneof(
  fc.uint8Array({ maxLength: 5_000 }),
  fc.tuple(fc.string(), fc.integer({ min: 0, max: 2_000 })).map(([text, times]) => Buffer.from(text.repeat(times))),
);
const frames = fc.array(
  fc.record({ storedBytes: fc.nat(2 ** 32 - 1), rawBytes: fc.nat(4 * 2 ** 20) }, { noNullPrototype: true }),
  {
    maxLength: 50,
  },
);

for (const codec of ["zstd", "gzip"] as const) {
  test(`${codec}: what a frame decompresses to is what went in; frames one after another are one content`, () => {
    fc.assert(
      fc.property(content, content, (one, two) => {
        const packed = [one, two].map((raw) => compressFrame(codec, raw));
        assert.deepEqual(
          packed.map((frame) => Buffer.from(unpack(codec, frame))),
          [Buffer.from(one), Buffer.from(two)],
        );
        const whole = Buffer.concat(packed);
        assert.ok(Buffer.from(unpack(codec, whole)).equals(Buffer.concat([one, two])));
      }),
      { numRuns: 60 },
    );
  });
}

test("a zstd frame has a checksum: one other bit is found out", () => {
  const packed = compressFrame("zstd", Buffer.from("a text that is long enough to be packed ".repeat(50)));
  for (let at = 20; at < packed.length; at += 7) {
    const spoilt = Buffer.from(packed);
    spoilt[at] = (spoilt[at] ?? 0) ^ 4;
    assert.throws(() => zstdDecompressSync(spoilt), { code: /^ZSTD_/ }, `byte ${at}`);
  }
});

test("the seek table: parsed, it is what was printed; its size is known from its last bytes", () => {
  fc.assert(
    fc.property(frames, (list: readonly Frame[]) => {
      const table = encodeSeekTable(list);
      assert.deepEqual(decodeSeekTable(table), list);
      assert.equal(seekTableSize(table.subarray(-seekFooterBytes)), table.length);
    }),
  );
});

test("what is no seek table is none, whatever it is", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => assert.equal(decodeSeekTable(bytes), undefined)));
  const table = encodeSeekTable([{ storedBytes: 1, rawBytes: 2 }]);
  assert.equal(decodeSeekTable(table.subarray(1)), undefined);
  assert.equal(decodeSeekTable(Buffer.concat([Buffer.from("x"), table])), undefined);
});

test("stock zstd reads frames with their table", { skip: noZstd }, () => {
  const parts = ["first ", "second ", "third"].map((text) => Buffer.from(text.repeat(1_000)));
  const packed = parts.map((part) => compressFrame("zstd", part));
  const list = packed.map((frame, index) => ({ storedBytes: frame.length, rawBytes: parts[index]?.length ?? 0 }));
  const file = Buffer.concat([...packed, encodeSeekTable(list)]);
  assert.ok(execFileSync("zstd", ["-dc"], { input: file }).equals(Buffer.concat(parts)));
});

test("content that is compressed already is known by its magic number", () => {
  for (const codec of ["zstd", "gzip"] as const) assert.ok(looksCompressed(compressFrame(codec, Buffer.from("text"))));
  for (const text of ["", "P", "plain text", "\x1f", "%PDF"]) assert.equal(looksCompressed(Buffer.from(text)), false);
});

test("compression that saves less than 5 % is not worth it", () => {
  assert.deepEqual([isWorthwhile(1_000, 949), isWorthwhile(1_000, 950), isWorthwhile(0, 0)], [true, false, false]);
});

function unpack(codec: FramedCodec, bytes: Uint8Array): Uint8Array {
  return codec === "zstd" ? zstdDecompressSync(bytes) : gunzipSync(bytes);
}
