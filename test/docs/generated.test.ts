import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { hazardTests } from "../../scripts/docs/hazard-tests.ts";
import { hazards } from "../../scripts/docs/hazards-page.ts";
import { generatedPages } from "../../scripts/docs/pages.ts";

const again = "differs from the code: node scripts/generate-docs.ts";

for (const [path, text] of generatedPages()) {
  test(`${path} says what the code says`, () => {
    assert.ok(readFileSync(path, "utf8") === text, `${path} ${again}`);
  });
}

test("each hazard that this version must withstand has a test with its name", () => {
  const tested = new Set(hazardTests().flatMap(({ ids }) => ids));
  const missing = hazards().filter(({ id, proof }) => proof === "tests" && !tested.has(id));
  assert.deepEqual(
    missing.map(({ id }) => id),
    [],
  );
});

test("each test that is named after a hazard names one that is in the table", () => {
  const known = new Set(hazards().map(({ id }) => id));
  const strange = hazardTests().filter(({ ids }) => ids.some((id) => !known.has(id)));
  assert.deepEqual(strange, []);
});

test("the hazards of the first two issues are all to be proved by tests", () => {
  const ids = (letter: string, from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => `${letter}${from + index}`);
  const required = [
    ...[...ids("M", 1, 20), ...ids("M", 22, 35)],
    ...[...ids("D", 1, 9), "D12", "D13", "D15", "D16", "D19"],
    ...["C1", "C2", "C3", "C6", "C8", "C9"],
  ];
  const proofs = new Map(hazards().map(({ id, proof }) => [id, proof]));
  assert.deepEqual(
    required.filter((id) => proofs.get(id) !== "tests"),
    [],
  );
});

test("codes of single files in docs/reference/errors.md are those that the code gives", () => {
  const files = globSync("src/{moves,app}/*.ts").filter((file) => !file.endsWith(".test.ts"));
  const code = files.flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/\bcode: "([A-Z_]+_[A-Z_]+)"/g)].map((match) => match[1]),
  );
  const errors = new Set(rowsBelow("## Error codes"));
  assert.deepEqual(rowsBelow("## Codes of single files"), [...new Set(code)].filter((one) => !errors.has(one)).sort());
});

/** The codes in the first column of the table in one section. */
function rowsBelow(heading: string): readonly (string | undefined)[] {
  const page = readFileSync("docs/reference/errors.md", "utf8");
  const section = page.split(`${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/^\| `([\w-]+)` \|/gm)].map((match) => match[1]).sort();
}
