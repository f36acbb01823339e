import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { scratch } from "../support/scratch.ts";
import { keyPaths } from "./json-keys.ts";
import { realReports } from "./reports.ts";

const page = readFileSync("docs/reference/json.md", "utf8");
const [preface = "", ...sections] = page.split(/^## /m);

test("the keys of every report are those of docs/reference/json.md, both ways", () => {
  using directory = scratch("docs");
  const reports = realReports(directory);
  assert.deepEqual(sections.map((section) => section.split("\n")[0]).sort(), [...reports.keys()].sort());
  const envelope = keysIn(preface);
  for (const section of sections) {
    const name = section.split("\n")[0] ?? "";
    const real = new Set((reports.get(name) ?? []).flatMap((document) => [...keyPaths(document)]));
    assert.deepEqual(without(envelope, real), [], `${name}: keys that every document should begin with`);
    const told = keysIn(section);
    assert.deepEqual(without(real, told, envelope).filter(isNotBytes), [], `${name}: keys that the page lacks`);
    assert.deepEqual(without(told, real), [], `${name}: keys that no real document has`);
  }
});

/** The first column of the tables. */
function keysIn(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] ?? ""));
}

function without(all: ReadonlySet<string>, ...known: readonly ReadonlySet<string>[]): readonly string[] {
  return [...all].filter((key) => !known.some((set) => set.has(key)));
}

/** The page says once, for all reports, that a path may have its bytes beside it. */
function isNotBytes(key: string): boolean {
  return !key.endsWith("Base64");
}
