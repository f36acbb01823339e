import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";

const document = readFileSync("ARCHITECTURE.md", "utf8");
const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Record<string, Record<string, string>>;
const table = readTable(document);
const sources = globSync("src/**/*.ts").map((path) => ({ path, text: readFileSync(path, "utf8") }));
const product = sources.filter(({ path }) => !path.endsWith(".test.ts"));
const effects = /["']node:(fs|fs\/promises|child_process|net|http|https|dgram|dns|os|process)["']/;
const vague = /^(index|utils?|helpers?|common|core|types|misc|services?|managers?)\.ts$/;

test("a folder imports only what its row in ARCHITECTURE.md allows", () => {
  assert.deepEqual(product.flatMap(forbiddenImports), []);
});

test("the table has no cycles: a row names only folders of rows above it", () => {
  const names = [...table.keys()];
  const looking = names.flatMap((name, row) =>
    (table.get(name) ?? [])
      .filter(({ folder }) => folder !== name && names.indexOf(folder) >= row)
      .map((to) => [name, to]),
  );
  assert.deepEqual(looking, []);
});

test("effects have one door: src/host, and entry points for what belongs to a process", () => {
  const elsewhere = product.filter(({ path }) => !/^src\/(host|entry)\//.test(path));
  const clock = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bcrypto\.random/;
  assert.deepEqual(elsewhere.filter(({ text }) => effects.test(text)).map(toPath), [], "system modules");
  assert.deepEqual(elsewhere.filter(({ text }) => clock.test(withoutComments(text))).map(toPath), [], "clock, chance");
  const makers = product.filter(
    ({ path, text }) => !path.startsWith("src/entry/") && /(?<!function )\brealHost\(/.test(text),
  );
  assert.deepEqual(makers.map(toPath), [], "only entry points make the real host");
});

test("files are small, and none has a name that says nothing", () => {
  const all = globSync("{src,test,scripts,bench}/**/*.ts");
  assert.deepEqual(
    all.filter((path) => vague.test(basename(path))),
    [],
  );
  assert.deepEqual(
    all.filter((path) => readFileSync(path, "utf8").split("\n").length > 251),
    [],
  );
});

test("each npm package has its reason in ARCHITECTURE.md, and none else is named there", () => {
  const listed = [...document.matchAll(/^\| `([^`]+)` \| npm \|/gm)].map((match) => match[1]).sort();
  const { dependencies, optionalDependencies, devDependencies } = manifest;
  assert.deepEqual(listed, Object.keys({ ...dependencies, ...optionalDependencies, ...devDependencies }).sort());
});

interface Source {
  readonly path: string;
  readonly text: string;
}

interface Allowed {
  readonly folder: string;
  readonly typesOnly: boolean;
}

/** Rows such as `| `catalog` | what it is | `lib`, `tiers` (types) |` below the heading "Dependency table". */
function readTable(text: string): ReadonlyMap<string, readonly Allowed[]> {
  const section = text.split(/^## /m).find((part) => part.startsWith("Dependency table")) ?? "";
  const rows = [...section.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)];
  const allowed = (cell: string): Allowed[] =>
    [...cell.matchAll(/`(\w+)`( \(types\))?/g)].map((match) => ({
      folder: match[1]!,
      typesOnly: match[2] !== undefined,
    }));
  return new Map(rows.map((row) => [row[1]!, allowed(row[2]!.slice(row[2]!.lastIndexOf("|")))]));
}

function forbiddenImports({ path, text }: Source): readonly string[] {
  const from = path.split("/")[1]!;
  const pattern =
    /\b(?:import|export)\s+(type\s)?[^;"'`()]*?from\s*["'](\.[^"']+)["']|\bimport\s*\(?\s*["'](\.[^"']+)["']/g;
  return [...text.matchAll(pattern)]
    .map((match) => ({ to: join(dirname(path), match[2] ?? match[3]!).split("/")[1]!, isType: match[1] !== undefined }))
    .filter(({ to }) => to !== from)
    .filter(({ to, isType }) => !(table.get(from) ?? []).some((row) => row.folder === to && (isType || !row.typesOnly)))
    .map(({ to, isType }) => `${path} imports ${isType ? "types of " : ""}${to}`);
}

function toPath({ path }: Source): string {
  return path;
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
}
