import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { test } from "node:test";
import { openCatalog } from "./catalog.ts";

test("the first sight counts, an image that is used again begins anew, and a wrong clock is forgotten", () => {
  const stateDir = mkdtempSync("/tmp/tierkeep-images-");
  {
    using catalog = openCatalog(stateDir);
    const { since, note } = catalog.unusedImages;
    note(["a", "b"], 1_000);
    note(["a", "c"], 2_000);
    assert.deepEqual(Object.fromEntries(since()), { a: 1_000, c: 2_000 });
    note(["a", "b", "c"], 3_000);
    assert.deepEqual(Object.fromEntries(since()), { a: 1_000, b: 3_000, c: 2_000 });
    note(["a", "b"], 1_500);
    assert.deepEqual(Object.fromEntries(since()), { a: 1_000, b: 1_500 });
    note([], 4_000);
    assert.deepEqual(Object.fromEntries(since()), {});
  }
  rmSync(stateDir, { recursive: true });
});
