import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { baseName, bytesOf, isWithin, joinPath, parentOf, rawPath, rawPathOfBytes, textOf } from "./raw-path.ts";

test("M20: any bytes are kept by a raw path", () => {
  fc.assert(fc.property(fc.uint8Array(), (bytes) => bytesOf(rawPathOfBytes(bytes)).equals(Buffer.from(bytes))));
});

test("M20: any text comes back from its raw path", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), (text) => textOf(rawPath(text)) === text));
});

test("M20: bytes that are not UTF-8 have no text", () => {
  assert.equal(textOf(rawPathOfBytes(Buffer.from([0x61, 0xff]))), undefined);
});

test("a path is its parent and its name", () => {
  const name = fc.stringMatching(/^[^/\0]+$/);
  fc.assert(
    fc.property(fc.array(name, { minLength: 1 }), (names) => {
      const path = rawPath(`/${names.join("/")}`);
      assert.equal(joinPath(parentOf(path), "/", baseName(path)), path);
    }),
  );
  assert.deepEqual([parentOf(rawPath("a")), parentOf(rawPath("/a")), baseName(rawPath("a"))], ["", "/", "a"]);
});

test("within is by whole names", () => {
  assert.equal(isWithin("/var/log/a", "/var/log"), true);
  assert.equal(isWithin("/var/log", "/var/log"), true);
  assert.equal(isWithin("/var/logs", "/var/log"), false);
  assert.equal(isWithin("/var", "/"), true);
});
