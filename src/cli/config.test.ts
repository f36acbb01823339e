import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { Command } from "commander";
import { hasCode } from "../lib/errors.ts";
import type { Cli } from "./cli.ts";
import { addConfigVerbs } from "./config.ts";

interface Answer {
  readonly printed: string;
  readonly exit: number;
}

async function tierkeep(...args: readonly string[]): Promise<Answer> {
  let printed = "";
  let exit = 0;
  const terminal = { print: (text: string) => (printed += text), colour: false, symbols: true };
  const host = { clock: { now: () => Date.UTC(2026, 10, 23) } };
  const cli = { terminal, host, toolVersion: "0.1.0", exit: (code: number) => (exit = code) } as unknown as Cli;
  const program = new Command("tierkeep").exitOverride();
  addConfigVerbs(program, cli);
  await program.parseAsync(["config", ...args], { from: "user" });
  return { printed, exit };
}

function fileWith(context: TestContext, text: string): string {
  const directory = mkdtempSync(join(tmpdir(), "tierkeep-config-"));
  context.after(() => rmSync(directory, { recursive: true }));
  const file = join(directory, "tierkeep.toml");
  writeFileSync(file, text);
  return file;
}

const good =
  'host = "jts-1"\n[tiers.warm]\npath = "/not/there/warm"\n[[move]]\nname = "logs"\nsource = "/not/there/log"\nto = "warm"\nolder_than = "7d"\n';

test("check says that all is well, with counts", async (context) => {
  const file = fileWith(context, good);
  assert.deepEqual(await tierkeep("check", "--config", file), {
    printed: `✓ ${file} can be used: 1 tier, 1 job\n`,
    exit: 0,
  });
});

test("check lists all problems in columns and exits 4", async (context) => {
  const file = fileWith(context, good.replace('"7d"', "7").replace('to = "warm"', 'to = "wram"'));
  const { printed, exit } = await tierkeep("check", "--config", file);
  assert.equal(exit, 4);
  assert.deepEqual(printed.replaceAll(file, "f").split("\n"), [
    'f:7  move.logs.to = "wram"     no such tier; there are warm',
    'f:8  move.logs.older_than = 7  expects a duration such as "7d"; write "7d" for days; units are s, m (minutes), h, d, w and y',
    `${"2 problems".padEnd(74)}exit 4`,
    "",
  ]);
});

test("check as JSON", async (context) => {
  const file = fileWith(context, good.replace("older_than", "older_then"));
  const { printed, exit } = await tierkeep("check", "--json", "--config", file);
  const report = JSON.parse(printed);
  assert.equal(exit, 4);
  assert.deepEqual([report.schema, report.host, report.valid], ["tierkeep.config-check/1", "jts-1", false]);
  assert.deepEqual(report.totals, { errors: 1, warnings: 0, tiers: 1, jobs: 1 });
  const [problem] = report.problems;
  assert.deepEqual(
    [problem.line, problem.key, problem.found, problem.hint],
    [8, "move.logs.older_then", null, "did you mean older_than?"],
  );
});

test("show prints a file that says the same", async (context) => {
  const { printed } = await tierkeep("show", "--config", fileWith(context, good));
  assert.match(printed, /^\[\[move\]\]\nname = "logs"\nsource = "\/not\/there\/log"\n/m);
  assert.match(printed, /^compress = "none" +# default$/m);
  const again = await tierkeep("show", "--config", fileWith(context, printed));
  const plain = (text: string) => text.replaceAll(/ *#.*$/gm, "");
  assert.equal(plain(again.printed), plain(printed));
});

test("show of a broken file, and of none, is refused", async (context) => {
  const broken = fileWith(context, "[tiers.warm]\n");
  await assert.rejects(tierkeep("show", "--config", broken), (error) => hasCode(error, "CONFIG_INVALID"));
  await assert.rejects(tierkeep("check", "--config", `${broken}.none`), (error) => hasCode(error, "CONFIG_MISSING"));
});
