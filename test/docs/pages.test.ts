import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { verbs } from "../../scripts/docs/cli-page.ts";
import { errorsPage } from "../../scripts/docs/errors-page.ts";
import { realConfigDeps } from "../../src/config/deps.ts";
import { judgeConfig } from "../../src/config/load.ts";
import { requireConfig } from "../../src/config/require.ts";
import type { OperatorError } from "../../src/lib/errors.ts";

const pages = globSync(["*.md", "docs/**/*.md", "changes/README.md", "bench/**/*.md"]).map((path) => ({
  path,
  text: readFileSync(path, "utf8"),
}));

test("links between pages resolve, with their headings", () => {
  const broken = pages.flatMap(({ path, text }) =>
    [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => match[1] ?? "")
      .filter((link) => !/^[a-z]+:/.test(link) && !resolves(path, link))
      .map((link) => `${path}: ${link}`),
  );
  assert.deepEqual(broken, []);
});

test("the first hour shows what is said without a configuration", () => {
  const missing = () => requireConfig("/nowhere/tierkeep.toml");
  const page = readFileSync("docs/guide/first-hour.md", "utf8");
  assert.throws(missing, ({ hint }: OperatorError) => page.includes(`\ntierkeep: hint: ${hint}\n`));
});

test("files that pages name are there", () => {
  const named = /`((?:docs|src|test|scripts|changes|packaging)\/[\w./-]+\.\w+)`|\b(docs\/[\w./-]+\.md)\b/g;
  const missing = pages.flatMap(({ path, text }) =>
    [...text.matchAll(named)]
      .map((match) => match[1] ?? match[2] ?? "")
      .filter((name) => !existsSync(name))
      .map((name) => `${path}: ${name}`),
  );
  assert.deepEqual(missing, []);
});

test("every TOML block is a configuration that this version takes", () => {
  const blocks = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/^```toml( fragment)?\n(.*?)^```$/gms)].map((match) => ({
      path,
      text: match[1] === undefined ? (match[2] ?? "") : completed(match[2] ?? ""),
    })),
  );
  assert.ok(blocks.length > 0);
  const deps = { ...realConfigDeps(), mountOf: () => undefined, readLink: () => undefined, listNames: () => [] };
  for (const { path, text } of blocks) {
    const { problems } = judgeConfig({ file: path, text }, deps);
    assert.deepEqual(
      problems.filter(({ severity }) => severity === "error").map(({ line, key, message }) => [line, key, message]),
      [],
      `${path}:\n${text}`,
    );
  }
});

test("commands that pages name exist, with their options", () => {
  const known = verbs().map(({ name, command }) => ({ words: name.split(" ").slice(1), command }));
  const wrong = pages.flatMap(({ path, text }) =>
    commandsIn(text).flatMap((line) => {
      const words = line.split(/\s+/).slice(1);
      const verb = known.find((one) => one.words.every((word, index) => words[index] === word));
      if (verb === undefined) return [`${path}: ${line}`];
      const options = [...shared, ...verb.command.options.map(({ long }) => long)];
      const strange = words.filter((word) => word.startsWith("--") && !options.includes(word));
      return strange.map((word) => `${path}: ${line}: ${word}`);
    }),
  );
  assert.deepEqual(wrong, []);
});

test("the guide has every exit code", () => {
  const exits = (text: string) => [...text.matchAll(/^\| `?(\d+)`? \|/gm)].map((match) => match[1]);
  const reference = errorsPage().split("## Error codes")[0] ?? "";
  const guide = (readFileSync("docs/guide/operations.md", "utf8").split("## Exit codes")[1] ?? "").split("\n## ")[0];
  assert.deepEqual(exits(guide ?? ""), exits(reference));
});

const shared = ["--json", "--config", "--no-color", "--help"];

/** What is written as code and begins as a command line does; `VERB` stands for any of them. */
function commandsIn(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^```\n(.*?)^```$/gms)].flatMap((match) => (match[1] ?? "").split("\n"));
  const spans = [...withoutFences(text).matchAll(/`(tierkeep [^`]+)`/g)].map((match) => match[1] ?? "");
  const lines = [...blocks.filter((line) => line.startsWith("tierkeep ")), ...spans];
  return lines.filter((line) => /^tierkeep (?!VERB)[a-z]/.test(line));
}

function withoutFences(text: string): string {
  return text.replaceAll(/^```.*?^```$/gms, "");
}

/** Code blocks hold other languages' brackets. */
function withoutBlocks(text: string): string {
  return withoutFences(text).replaceAll(/`[^`\n]*`/g, "");
}

function resolves(from: string, link: string): boolean {
  const [file = "", anchor] = link.split("#");
  const path = file === "" ? from : join(dirname(from), file);
  if (!existsSync(path)) return false;
  return anchor === undefined || anchorsOf(readFileSync(path, "utf8")).includes(anchor);
}

/** As GitHub makes them of headings. */
function anchorsOf(text: string): readonly string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? "")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** A part of a file, as guides show it, with the tiers that it speaks of. */
function completed(fragment: string): string {
  const tiers = ["hot", "warm", "cold"].filter((name) => !fragment.includes(`[tiers.${name}]`));
  return `${fragment}\n${tiers.map((name) => `[tiers.${name}]\npath = "/mnt/${name}"\n`).join("")}`;
}
