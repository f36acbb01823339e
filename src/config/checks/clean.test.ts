import assert from "node:assert/strict";
import test from "node:test";
import { fakeConfigDeps } from "../fake-deps.ts";
import { judgeConfig } from "../load.ts";
import { problemCells } from "../problem-text.ts";

const tiers = '[tiers.hot]\nfilesystems = ["/"]\n[tiers.warm]\npath = "/mnt/warm"\n';
const mounts = { "/mnt/warm": { fsType: "ext4", device: "8:2" } };

function clean(path: string, more = 'older_than = "3d"', name = "tmp"): string {
  return `[[clean]]\nname = "${name}"\npath = "${path}"\n${more}\n`;
}

function move(source: string, more = ""): string {
  return `[[move]]\nname = "logs"\nsource = "${source}"\nto = "warm"\nolder_than = "2d"\n${more}\n`;
}

function problems(text: string, links: Readonly<Record<string, string>> = {}) {
  return judgeConfig({ file: "f", text: tiers + text }, fakeConfigDeps({ mounts, links })).problems;
}

/** Key and message of every problem. */
function said(text: string, links: Readonly<Record<string, string>> = {}): string {
  return problems(text, links)
    .map((problem) => problemCells(problem).slice(1).join("  "))
    .join("\n");
}

const refused = ["/", "/home", "/home/jts", "/root", "/etc", "/etc/x", "/usr/local/tmp", "/var", "/var/lib", "/boot"];
const refusedToo = ["/bin", "/proc/1", "/sys", "/dev", "/run", "/run/x", "/data", "/srv", "/opt", "/mnt", "/mnt/warm"];

test("D8: roots, homes, the system, tiers and what lies directly below / are no scratch directories", () => {
  for (const path of [...refused, ...refusedToo]) assert.match(said(clean(path)), /tierkeep never cleans here/, path);
  for (const path of ["/tmp", "/scratch", "/var/tmp", "/data/processing/tmp", "/home/jts/tmp", "/mnt/warm/tmp"]) {
    assert.equal(said(clean(path)), "", path);
  }
});

test("D8: a link to such a place is one", () => {
  assert.match(said(clean("/srv/tmp"), { "/srv/tmp": "/home/jts" }), /\/home\/jts is somebody's home/);
});

test("D7: what other jobs and tierkeep itself keep is apart from scratch", () => {
  const state = 'state_dir = "/data/tmp/state"\n';
  const inTop = judgeConfig({ file: "f", text: state + tiers + clean("/data/tmp") }, fakeConfigDeps({ mounts }));
  assert.match(
    inTop.problems.map(({ message }) => message).join(),
    /contains \/data\/tmp\/state, tierkeep's state_dir/,
  );
  assert.match(
    said(move("/var/log") + clean("/mnt/warm/jts-1/logs/x")),
    /lies in \/mnt\/warm\/jts-1\/logs, where logs/,
  );
  assert.match(said(clean("/mnt/warm/.tierkeep/staging")), /lies in \/mnt\/warm\/.tierkeep, where tier warm/);
  assert.match(said(clean("/data/tmp/.tierkeep-quarantine/x")), /keeps for itself/);
  assert.match(said(move("/data/logs") + clean("/data/logs")), /logs owns this tree too/);
  assert.match(said(move("/data/logs") + clean("/data/logs/tmp")), /logs owns this tree, within \/data\/logs, too/);
  assert.match(said(clean("/data/tmp") + clean("/data/tmp", 'older_than = "9d"', "other")), /tmp owns this tree too/);
});

test("D7: a tree below that is another job's is left to it", () => {
  const text = move("/data/tmp/logs") + clean("/data/tmp") + clean("/data/tmp/deep/er", 'older_than = "9d"', "inner");
  const { config } = judgeConfig({ file: "f", text: tiers + text }, fakeConfigDeps({ mounts }));
  const rule = config?.jobs.find(({ name }) => name === "tmp");
  assert.deepEqual(rule?.kind === "clean" ? rule.owned : undefined, ["logs", "deep/er"]);
});

test("D5: fewer time stamps than four are doubtful, none is an error", () => {
  const narrowed = problems(clean("/data/tmp", 'older_than = "3d"\nage_by = ["mtime"]'));
  assert.deepEqual(
    narrowed.map(({ severity, key }) => [severity, key]),
    [["warning", "clean.tmp.age_by"]],
  );
  assert.match(narrowed[0]?.message ?? "", /leaves out atime, ctime, btime/);
  assert.match(said(clean("/data/tmp", 'older_than = "3d"\nage_by = []')), /names no time stamp/);
});

test("D9: a rule that takes everything, or nothing, is an error, and so is a key or a unit that is not known", () => {
  assert.match(said(clean("/data/tmp", 'older_than = "0s"')), /it would all go at once/);
  assert.match(said(clean("/data/tmp", 'older_than = "3d"\ninclude = []')), /can never fire: it includes nothing/);
  assert.match(said(clean("/data/tmp", 'older_than = "3d"\nexclude = ["*"]')), /can never fire/);
  assert.match(said(clean("/data/tmp", 'older_than = "3d"\nexcludes = ["x"]')), /did you mean exclude/);
  assert.match(said(clean("/data/tmp", 'older_than = "3 days"')), /expects a duration/);
  assert.match(said(clean("/data/tmp", 'older_than = "3d"\nmax_delete = { file = 3 }')), /expects limits/);
});
