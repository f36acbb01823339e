import { globSync } from "node:fs";
import { run } from "node:test";
import { spec as Spec } from "node:test/reporters";
import { parseArgs } from "node:util";

/**
 * Runs the tests as one run with one summary, which is the last thing it prints.
 *
 *   node scripts/test.ts [quick] [--name PATTERN] [PART-OF-A-FILE-NAME ...]
 *
 * With `quick` only what `scripts/quick-tests.ts` holds in one process and the transcripts, else every other file below
 * test/, too, each in a process of its own. `*.full.test.ts` needs TIERKEEP_FULL=1, which other tests may read to look at more cases.
 * With CI=true a skipped test is a failure.
 */
const { values, positionals } = parseArgs({ allowPositionals: true, options: { name: { type: "string" } } });
const full = process.env.TIERKEEP_FULL === "1";
const onlyQuick = positionals[0] === "quick";
const parts = onlyQuick ? positionals.slice(1) : positionals;

const quick = testFiles(["src/**/*.test.ts", "test/*.test.ts", "test/contract/**/*.test.ts"]);
// Beside the others, since they wait for programs that they start.
const transcripts = testFiles(["test/cli/*.test.ts"]);
const slow = onlyQuick ? [] : testFiles(["test/*/**/*.test.ts"]).filter((file) => !quick.includes(file));
const alone = [...new Set([...transcripts, ...slow])];
if (quick.length + alone.length === 0) throw new Error(`no test file has ${parts.join(" or ")} in its path`);
process.env.TIERKEEP_QUICK_TESTS = quick.join("\n");

const skipped: string[] = [];
const summary: string[] = [];
let failed = false;

const events = run({
  files: [...(quick.length > 0 ? ["scripts/quick-tests.ts"] : []), ...alone],
  concurrency: 2,
  execArgv: ["--disable-warning=ExperimentalWarning"],
  timeout: full ? 7_200_000 : 900_000,
  ...(values.name === undefined ? {} : { testNamePatterns: [values.name] }),
});
events.on("test:fail", (event) => {
  if (event.todo === undefined || event.todo === false) failed = true;
});
events.on("test:pass", (event) => {
  if (event.skip !== undefined && event.skip !== false) skipped.push(`${event.name}: ${event.skip}`);
});

const reporter = events.compose(withoutSummary).compose(new Spec());
for await (const chunk of reporter) process.stdout.write(chunk as string);
if (skipped.length > 0)
  console.log(
    `\nskipped${inCi() ? ", which is a failure here" : ""}:\n${skipped.map((line) => `  ${line}`).join("\n")}`,
  );
console.log(`\n${summary.join("\n")}`);
process.exitCode = failed || (inCi() && skipped.length > 0) ? 1 : 0;

function testFiles(patterns: readonly string[]): readonly string[] {
  return globSync(patterns)
    .filter((file) => full || !file.endsWith(".full.test.ts"))
    .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
    .sort();
}

/** Node prints its counts before the failures; here they are kept for the end. */
async function* withoutSummary(source: AsyncIterable<TestEvent>): AsyncGenerator<TestEvent> {
  for await (const event of source) {
    if (event.type === "test:diagnostic" && event.data.nesting === 0 && isCount(event.data.message)) {
      summary.push(`ℹ ${event.data.message}`);
    } else yield event;
  }
}

interface TestEvent {
  readonly type: string;
  readonly data: { readonly nesting: number; readonly message: string };
}

function isCount(message: string): boolean {
  return /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/.test(message);
}

function inCi(): boolean {
  return process.env.CI === "true" || process.env.CI === "1";
}
