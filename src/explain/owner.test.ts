import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { rawPath } from "../lib/raw-path.ts";
import { type Claim, ownerOf } from "./owner.ts";

describe("whose a path is", () => {
  test("the first job's that does not leave it to others", () => {
    const left = claim({ job: "tmp", reason: "other-job" });
    assert.equal(ownerOf([left, claim({ job: "logs", reason: "too-young" })]), "logs");
    assert.equal(ownerOf([claim({ job: "a", reason: "due" }), claim({ job: "b", reason: "due" })]), "a");
    assert.equal(ownerOf([left, claim({ job: "logs", reason: "excluded" })]), undefined);
    assert.equal(ownerOf([]), undefined);
  });

  test("without a verdict the patterns tell, for a path that is gone or a job that cannot be planned", () => {
    const selection = { include: ["*.log.*"], exclude: ["audit/"] };
    const owner = (path: string, isDirectory = false) =>
      ownerOf([claim({ selection, path: rawPath(path), isDirectory })]);
    assert.equal(owner("nginx/access.log.2"), "logs");
    assert.equal(owner("nginx/core"), undefined);
    assert.equal(owner("audit/access.log.2"), undefined);
    assert.equal(owner("nginx", true), "logs");
  });
});

function claim(facts: Partial<Claim>): Claim {
  const selection = { include: ["*"], exclude: [] };
  return { job: "logs", selection, path: rawPath("a.log.1"), reason: undefined, isDirectory: false, ...facts };
}
