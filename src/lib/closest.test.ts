import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { closest } from "./closest.ts";

const keys = ["name", "source", "to", "older_than", "settled_for", "include", "exclude", "compress"];

test("a slip of the finger finds its key", () => {
  const slips = {
    older_then: "older_than",
    oldr_than: "older_than",
    olderthan: "older_than",
    inculde: "include",
    To: "to",
    sorce: "source",
  };
  for (const [slip, key] of Object.entries(slips)) assert.equal(closest(slip, keys), key);
});

test("another word finds nothing", () => {
  for (const word of ["age", "destination", "zzz", ""]) assert.equal(closest(word, keys), undefined);
});

test("a word itself is the closest to itself", () => {
  fc.assert(fc.property(fc.constantFrom(...keys), (key) => closest(key, keys) === key));
});
