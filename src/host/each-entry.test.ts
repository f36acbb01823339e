import assert from "node:assert/strict";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { openPlace } from "../../test/support/place.ts";
import { eachEntry } from "./each-entry.ts";
import { isRegular, sizeOfStat } from "./raw-stat.ts";

test("entries come with their names as bytes, their types and what a look tells, more than fill a block", () => {
  using place = openPlace("entries");
  const long = "n".repeat(200);
  for (let index = 0; index < 1_000; index++) writeFileSync(`${place.path}/${long}${index}`, "x".repeat(index));
  writeFileSync(Buffer.from(`${place.path}/\xff\n`, "latin1"), "");
  mkdirSync(`${place.path}/...`);
  symlinkSync("nowhere", `${place.path}/l`);
  const seen = new Map<string, string>();
  eachEntry(place.fd, (entry) => {
    const isThere = entry.look();
    assert.equal(entry.bytes.toString("latin1", entry.from, entry.to), entry.name);
    seen.set(entry.name, `${entry.type} ${isThere} ${isRegular()} ${isRegular() ? sizeOfStat() : 0}`);
  });
  assert.equal(seen.size, 1_003);
  assert.equal(seen.get(`${long}999`), "other true true 999");
  assert.equal(seen.get("\xff\n"), "other true true 0");
  assert.equal(seen.get("..."), "directory true false 0");
  assert.equal(seen.get("l"), "other true false 0");
});

test("M22: an entry that vanishes before it is looked at is told as gone", () => {
  using place = openPlace("entries");
  for (const name of ["a", "b", "c"]) writeFileSync(`${place.path}/${name}`, "");
  const looks: boolean[] = [];
  eachEntry(place.fd, (entry) => {
    if (looks.length === 1) for (const name of ["a", "b", "c"]) rmSync(`${place.path}/${name}`, { force: true });
    looks.push(entry.look());
  });
  assert.deepEqual(looks, [true, false, false]);
});
