import assert from "node:assert/strict";
import { test } from "node:test";
import { rawPath } from "../lib/raw-path.ts";
import { excludingPattern } from "./excluding-pattern.ts";

test("the pattern that leaves a path out is named: of the file itself, or of a directory above it", () => {
  const exclude = ["*.keep", "journal/", "nginx/old.*"];
  const pattern = (path: string) => excludingPattern({ exclude }, rawPath(path));
  assert.equal(pattern("app/a.keep"), "*.keep");
  assert.equal(pattern("journal"), "journal/");
  assert.equal(pattern("deep/journal/x.1"), "journal/");
  assert.equal(pattern("nginx/old.1"), "nginx/old.*");
  assert.equal(pattern("nginx/new.1"), undefined);
});
