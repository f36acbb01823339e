import assert from "node:assert/strict";
import test from "node:test";
import { fakeConfigDeps } from "../fake-deps.ts";
import { judgeConfig } from "../load.ts";
import { problemCells } from "../problem-text.ts";

const tiers = '[tiers.hot]\nfilesystems = ["/"]\n[tiers.warm]\npath = "/mnt/warm"\n';

function move({ more }: { readonly more: string }): string {
  return `[[move]]\nname = "logs"\nsource = "/var/log"\nto = "warm"\nolder_than = "2d"\n${more}\n`;
}

function judge(text: string) {
  return judgeConfig(
    { file: "f", text },
    fakeConfigDeps({ mounts: { "/mnt/warm": { fsType: "ext4", device: "8:2" } } }),
  );
}

/** Key and message of every problem. */
function said(text: string): readonly string[] {
  return judge(text).problems.map((problem) => problemCells(problem).slice(1).join("  "));
}

test("rules that can never fire", () => {
  const rule = (more: string) => said(tiers + move({ more })).join();
  assert.match(rule("include = []"), /can never fire: it includes nothing; leave it out to include all/);
  assert.match(rule('include = ["*.gz"]\nexclude = ["*.gz", "*.log"]'), /what is included is excluded again/);
  assert.match(rule('exclude = ["**"]'), /what is included is excluded again/);
  assert.match(
    rule('include = ["*.gz", "/var/log/nginx/*"]'),
    /include\[1\] = "\/var\/log\/nginx\/\*" {2}fits nothing: patterns begin at the job's own tree; write "\/nginx\/\*"/,
  );
  assert.equal(rule('include = ["*.gz"]\nexclude = ["*.log"]'), "");
});

test("D9: a pattern that can fit nothing is an error, whether it includes or keeps", () => {
  const at = (pattern: string, list: string) => said(tiers + move({ more: `${list} = ["*.gz", '${pattern}']` })).join();
  const unclosed = { "*{a,b": "{", "*(a|b": "(", "a[0-9*": "[", "*({a)": "(", "[]": "[", "[[:alpha:]": "[" };
  for (const [pattern, opener] of Object.entries(unclosed)) {
    for (const list of ["include", "exclude"]) {
      const text = at(pattern, list);
      assert.ok(text.includes(`move.logs.${list}[1] = '${pattern}'`), text);
      assert.ok(text.includes(`nothing closes its ${opener}; write [${opener}] for that character itself`), text);
    }
  }
  for (const pattern of ["../x", "a//b", "a/./b", "/", "."]) assert.match(at(pattern, "exclude"), /no name is empty/);
  assert.match(
    at("/var/log/nginx/", "exclude"),
    /fits nothing: patterns begin at the job's own tree; write "\/nginx\/"/,
  );
  const good = [
    "*.[0-9]*",
    "{a,b}.log",
    "[[]x",
    "[]]x",
    "[!]]",
    "a}b",
    "a)b",
    "[{]",
    "\\{a",
    "[[:alpha:]]",
    "./x",
    "/x/",
  ];
  for (const pattern of good) assert.equal(at(pattern, "include"), "", pattern);
});

test("a section that can never do anything is doubtful", () => {
  const warned = (text: string) => {
    const { config, problems } = judge(tiers + text);
    assert.ok(config !== undefined);
    return problems.map((problem) => `${problem.severity} ${problemCells(problem).slice(1).join("  ")}`).join();
  };
  assert.match(
    warned("[docker]\nkeep_images = ['a']\n"),
    /^warning docker {2}.*never removes anything: it names no age/,
  );
  assert.equal(warned("[docker]\nbuild_cache_older_than = '7d'\n"), "");
  assert.match(warned(move({ more: "when_above = '100%'\nuntil_below = '90%'" })), /^warning .*never moves anything/);
  const clean = "[[clean]]\nname = 'tmp'\npath = '/data/tmp'\nolder_than = '3d'\nmax_delete = ";
  for (const cap of ["{ files = 0 }", "{ bytes = '0B' }"])
    assert.match(warned(clean + cap), /^warning .*lets no run delete/);
});
