import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { operationId, parseOperationId } from "./operation.ts";

const run = fc.stringMatching(/^\d{8}T\d{6}Z-[0-9a-f]{4}$/);
const job = fc.stringMatching(/^[a-z][a-z0-9-]{0,40}$/);

test("an id names the operation that it was made of", () => {
  fc.assert(
    fc.property(run, job, fc.integer({ min: 1, max: 999_999_999_999_999 }), (...parts) => {
      const key = { run: parts[0], job: parts[1], seq: parts[2] };
      assert.deepEqual(parseOperationId(operationId(key)), key);
    }),
  );
});

test("what people look for by name is no id, unless it could be one", () => {
  for (const text of ["", "app.log", "a.b.x", "a.b.0", "a.b.01", "a.b.1.gz", "a..1", ".b.1", `a.b.${"9".repeat(16)}`]) {
    assert.equal(parseOperationId(text), undefined, text);
  }
  assert.deepEqual(parseOperationId("app.log.1"), { run: "app", job: "log", seq: 1 });
});
