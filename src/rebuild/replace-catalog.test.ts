import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { scratch } from "../../test/support/scratch.ts";
import { replaceCatalog } from "./replace-catalog.ts";

test("catalogs that are replaced in the same second are all kept", () => {
  using place = scratch("replace-catalog");
  const made = `${place.path}/made`;
  mkdirSync(made);
  writeFileSync(`${place.path}/catalog.db`, "0");
  const names = ["1", "2", "3"].map((content) => {
    writeFileSync(`${made}/catalog.db`, content);
    return replaceCatalog(place.path, made, "catalog.db.before-20261124T021725Z");
  });
  assert.deepEqual(
    names.map((name) => readFileSync(`${place.path}/${name}`, "utf8")),
    ["0", "1", "2"],
  );
  assert.equal(readFileSync(`${place.path}/catalog.db`, "utf8"), "3");
  assert.equal(readdirSync(place.path).length, 5);
});
