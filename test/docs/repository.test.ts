import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { readFragments } from "../../scripts/fragments.ts";

test("change fragments begin with their kind", () => {
  const wrong = readFragments().filter(({ kind }) => kind === undefined);
  assert.deepEqual(wrong, []);
});

test("decisions are numbered without gaps, have their four parts and fit on a screen", () => {
  const pages = globSync("docs/decisions/0*.md").sort();
  for (const [index, path] of pages.entries()) {
    const text = readFileSync(path, "utf8");
    const number = String(index + 1).padStart(4, "0");
    assert.ok(path.startsWith(`docs/decisions/${number}-`), `${path} should be number ${number}`);
    assert.ok(text.startsWith(`# ${number}: `), `${path}: its heading has its number`);
    assert.deepEqual(text.match(/^(What|Why|Measured|Consequences):/gm), [
      "What:",
      "Why:",
      "Measured:",
      "Consequences:",
    ]);
    assert.ok(text.split("\n").length <= 40, `${path} is longer than a screen`);
  }
});

test("nothing in the repository names a registry or a download host", () => {
  const hosts = new RegExp(["registry\\.npm", "npmjs\\.", "yarnpkg", "nodejs\\.org/dist", "jsdelivr"].join("|"));
  const naming = files().filter((path) => hosts.test(readFileSync(path, "utf8")) && path !== ownPath);
  assert.deepEqual(naming, []);
});

const ownPath = "test/docs/repository.test.ts";

/** What git has, or in a package without it everything that could be named. */
function files(): readonly string[] {
  const listed = existsSync(".git")
    ? execFileSync("git", ["ls-files", "-z"], { encoding: "utf8", maxBuffer: 2 ** 24 }).split("\0")
    : globSync(["{src,test,scripts,bench,docs,changes}/**/*.*", "*.*", ".npmrc", ".ci/run", "bin/*"]);
  return listed.filter((path) => path !== "" && existsSync(path));
}
