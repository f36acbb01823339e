import { globSync, readFileSync } from "node:fs";

/** A test whose name starts with the ids of the hazards that it guards against. */
export interface HazardTest {
  readonly ids: readonly string[];
  readonly file: string;
  readonly name: string;
}

const named = /\btest\(\s*(["'`])((?:[MDSC]\d+(?:, | and )?)+: (?:\\.|(?!\1).)*)\1/gs;

/** All of them, by file and place; a name that is built in a loop stands as it is written. */
export function hazardTests(): readonly HazardTest[] {
  return globSync(["src/**/*.test.ts", "test/**/*.test.ts"])
    .sort()
    .flatMap((file) => [...readFileSync(file, "utf8").matchAll(named)].map((match) => toTest(file, match[2] ?? "")));
}

function toTest(file: string, name: string): HazardTest {
  const [ids = ""] = name.split(": ");
  return { ids: ids.split(/, | and /), file, name: name.replaceAll(/\s+/g, " ") };
}
