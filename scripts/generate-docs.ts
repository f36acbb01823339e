import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { generatedPages } from "./docs/pages.ts";

/** Writes the pages of docs/ that come from the code; test/docs is red while they differ from what is committed. */
for (const [path, text] of generatedPages()) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(`docs: ${path}`);
}
