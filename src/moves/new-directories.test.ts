import assert from "node:assert/strict";
import { test } from "node:test";
import type { RawPath } from "../lib/raw-path.ts";
import { openNewDirectories } from "./new-directories.ts";

const path = (text: string) => text as RawPath;

test("M10: a name is free without a look only in a directory of this run, and only until it is given", () => {
  const { begin, isFree, take } = openNewDirectories();
  assert.equal(isFree(path("job/a/x")), false);
  begin(path("job/a"));
  assert.deepEqual([isFree(path("job/a/x")), isFree(path("job/x")), isFree(path("job/a/b/x"))], [true, false, false]);
  take(path("job/a/x"));
  assert.deepEqual([isFree(path("job/a/x")), isFree(path("job/a/y"))], [false, true]);
  take(path("job/x"));
  assert.equal(isFree(path("job/x")), false);
});

test("M10: names beyond what is remembered are looked at again, oldest directories first", () => {
  const { begin, isFree, take } = openNewDirectories();
  for (const directory of ["old", "new"]) {
    begin(path(directory));
    for (let index = 0; index < 15_000; index++) take(path(`${directory}/${index}`));
  }
  assert.deepEqual([isFree(path("old/x")), isFree(path("new/x")), isFree(path("new/1"))], [false, true, false]);
});
