import assert from "node:assert/strict";
import test from "node:test";
import { configRest } from "../../test/support/config-rest.ts";
import { tierConfig } from "../../test/support/tier-config.ts";
import { hasCode } from "../lib/errors.ts";
import { fakeConfigDeps } from "./fake-deps.ts";
import { judgeConfig, loadConfig } from "./load.ts";
import { problemCells } from "./problem-text.ts";

const tiers = '[tiers.hot]\nfilesystems = ["/", "/var/log"]\n[tiers.warm]\npath = "/mnt/warm"\n';
const move = '[[move]]\nname = "logs"\nsource = "/var/log"\nto = "warm"\nolder_than = "7d"\n';
const deps = fakeConfigDeps({ mounts: { "/mnt/warm": { fsType: "ext4", device: "8:2" } } });

function problemsOf(text: string): readonly string[] {
  const { problems } = judgeConfig({ file: "tierkeep.toml", text }, deps);
  return problems.map((problem) => problemCells(problem).join("  ").replace("tierkeep.toml:", ""));
}

test("a small file gives a whole configuration with defaults", () => {
  const { config, problems } = judgeConfig({ file: "f", text: `version = 1\n${tiers}${move}` }, deps);
  assert.deepEqual(problems, []);
  assert.deepEqual(config, {
    file: "f",
    host: "jts-1",
    stateDir: "/var/lib/tierkeep",
    runtimeDir: "/run/tierkeep",
    restoreGraceMs: 14 * 86_400_000,
    ...configRest,
    tiers: [{ ...tierConfig("hot", undefined), filesystems: ["/", "/var/log"] }, tierConfig("warm", "/mnt/warm")],
    jobs: [
      {
        kind: "move",
        name: "logs",
        formerly: [],
        needs: ["warm"],
        source: "/var/log",
        sourceTier: undefined,
        sourcePath: "/var/log",
        to: "warm",
        olderThanMs: 7 * 86_400_000,
        ageBy: ["mtime"],
        settledForMs: 0,
        settledForGiven: false,
        include: ["*"],
        exclude: [],
        compress: "none",
        layout: "tree",
        activeLogs: false,
        unit: "file",
        whenAbove: undefined,
        untilBelow: undefined,
        maxMove: undefined,
      },
    ],
  });
});

test("everything can be said otherwise", () => {
  const text = `
    version = 1
    host = "other.example"
    state_dir = "/srv/state/"
    restore_grace = "2w"
    tiers.cold = { path = "/mnt/nas", server = "[fe80::1]:2049", filesystem_type = "nfs4", warn = "70%", read_back = "cache" }
    [[move]]
    name = "old"
    source = "cold:a//b/"
    to = "cold"
    older_than = "1y"
    settled_for = "0s"
    include = ["*.gz"]
    exclude = ["keep/"]
    compress = "zstd"
    layout = "by-date"
    unit = "file"
    active_logs = true
  `;
  const { config, problems } = judgeConfig({ file: "f", text }, deps);
  assert.deepEqual(problems, []);
  assert.equal(config?.runtimeDir, "/srv/state/run");
  assert.equal(config?.stateDir, "/srv/state");
  assert.deepEqual(config?.tiers[0]?.server, { host: "fe80::1", port: 2049 });
  const [job] = config?.jobs ?? [];
  assert.ok(job?.kind === "move");
  assert.deepEqual([job.sourcePath, job.sourceTier, job.settledForGiven], ["/mnt/nas/a/b", "cold", true]);
});

test("all problems come out at once, each at its line", () => {
  const text = `version = 1
[tiers.hot]
filesystems = ["/", 7]
[tiers.warm]
path = "mnt/warm"
warn = 80
server = "nas"
[tiers.Cold]
path = "/mnt/nas"
[[move]]
name = "logs"
to = "wram"
source = "/var/log"
older_then = "7d"
compress = true
active_logs = "true"
[[move]]
name = "second"
source = "backups"
to = "hot"
older_than = "7 days"
include = "*.gz"
surprise = 1
[limts]
`;
  assert.deepEqual(problemsOf(text), [
    '3  tiers.hot.filesystems[1] = 7  expects an absolute path such as "/mnt/warm"',
    '5  tiers.warm.path = "mnt/warm"  expects an absolute path such as "/mnt/warm"; write "/mnt/warm"',
    '6  tiers.warm.warn = 80  expects a percentage such as "80%"; write "80%"',
    '7  tiers.warm.server = "nas"  expects a server and its port such as "nas.example:2049"; write "nas:2049" (2049 is NFS, 445 is SMB)',
    '8  tiers.Cold  not a name for a tier: lower-case letters, digits and dashes, a letter first, at most 41; write "cold"',
    '12  move.logs.to = "wram"  no such tier; there are hot, warm, Cold',
    "14  move.logs.older_then  unknown key; did you mean older_than?",
    "15  move.logs.compress = true  expects one of zstd, zstd-single, gzip, none",
    '16  move.logs.active_logs = "true"  expects true or false; write true without quotes',
    '19  move.second.source = "backups"  expects an absolute path, or a path on a tier such as "warm:backups"; write "/backups"',
    '20  move.second.to = "hot"  tier hot has no path to put files in; give [tiers.hot] a path',
    '21  move.second.older_than = "7 days"  expects a duration such as "7d"; write "7d"',
    '22  move.second.include = "*.gz"  expects a list of patterns such as ["*.gz"]; write ["*.gz"]',
    "23  move.second.surprise  unknown key; there are name, source, to, older_than, unused_for, settled_for, include, exclude, compress, layout, unit, when_above, until_below, max_move, active_logs, formerly",
    "24  limts  unknown key; did you mean limits?",
  ]);
});

test("what INTERFACE knows and this version doesn't do is refused with that reason", () => {
  const sections = ["[[archive]]", "[[snapshot]]", "[alerts]", "[metrics]"];
  const keys = ["schedule"].map((key) => `${key} = "x"`);
  const within = ["keep_for", "retain", "schedule"];
  const text = [...keys, tiers, move, ...within.map((key) => `${key} = "x"`), ...sections].join("\n");
  const said = problemsOf(text);
  assert.equal(said.length, keys.length + within.length + sections.length);
  for (const line of said) assert.match(line, /known, but this version does not do it yet; take it out$/);
  assert.match(problemsOf(tiers + move.replace("/var/log", "job:other")).join(), /job:other.*does not do it yet/);
});

test("durations that a person might write get the right one", () => {
  const meant = { '"30 min"': "30m", '"2 weeks"': "2w", '"7D"': "7d", '"3 months"': "90d", '"30"': "30d", "7": "7d" };
  for (const [written, hint] of Object.entries(meant)) {
    assert.match(problemsOf(tiers + move.replace('"7d"', written)).join(), new RegExp(`write "${hint}"`));
  }
});

test("a newer format is said to be one, and nothing else is judged", () => {
  const said = problemsOf("version = 2\nnew_things = true\n");
  assert.deepEqual(said, [
    "1  version = 2  written for a newer tierkeep; this one reads version 1; run the newer tierkeep",
  ]);
  assert.match(problemsOf(`version = "1"\n${tiers}`).join(), /expects version = 1; write it without quotes/);
  assert.match(problemsOf(`version = 0\n${tiers}`).join(), /expects version = 1/);
});

test("tables and lists of tables are told apart", () => {
  assert.deepEqual(problemsOf("[move]\nname = 1\n"), [
    "1  move  expects a table: [[move]]; write [[move]], with two brackets",
  ]);
  assert.deepEqual(problemsOf("tiers = 3\n"), ["1  tiers  expects a table: [tiers.NAME]"]);
  assert.deepEqual(problemsOf("[[tiers.hot]]\n"), ["1  tiers.hot  expects a table: [tiers.hot]"]);
  assert.match(problemsOf(`${tiers}${move}[move.older_than]\nx = 1\n`).join(), /not TOML: this key is already defined/);
});

test("a machine without a usable name must be given one", () => {
  const result = judgeConfig({ file: "f", text: tiers }, fakeConfigDeps({ machineName: "(none)" }));
  assert.deepEqual(
    result.problems.map(({ key, hint }) => [key, hint]),
    [["host", 'write host = "NAME"']],
  );
  assert.equal(
    judgeConfig({ file: "f", text: `host = "a"\n${tiers}` }, fakeConfigDeps({ machineName: "" })).problems.length,
    0,
  );
});

test("a source that doesn't exist is no error", () => {
  assert.deepEqual(problemsOf(tiers + move.replace("/var/log", "/not/there")), []);
});

test("a file that isn't there is one clear error", () => {
  assert.throws(
    () => loadConfig("/etc/none.toml", deps),
    (error) => hasCode(error, "CONFIG_MISSING"),
  );
});
