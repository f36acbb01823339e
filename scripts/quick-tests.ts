import { enableCompileCache } from "node:module";
import { resolve } from "node:path";
import { test } from "node:test";

/**
 * The fast tests, in one process: possible because nothing happens on import, and many times as fast as a process
 * for each file. `scripts/test.ts` names the files and starts this as if it were one test file.
 */
const files = (process.env.TIERKEEP_QUICK_TESTS ?? "").split("\n").filter((file) => file !== "");

enableCompileCache(resolve("node_modules/.cache/node"));
for (const file of files) {
  try {
    await import(resolve(file));
  } catch (error) {
    test(`${file} can be loaded`, () => {
      throw error;
    });
  }
}
