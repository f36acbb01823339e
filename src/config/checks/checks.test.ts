import assert from "node:assert/strict";
import test from "node:test";
import { type FakeMachine, fakeConfigDeps } from "../fake-deps.ts";
import { judgeConfig } from "../load.ts";
import { problemCells } from "../problem-text.ts";

const mounts = { "/mnt/warm": { fsType: "ext4", device: "8:2" }, "/mnt/cold": { fsType: "nfs4", device: "0:50" } };
const tiers = '[tiers.hot]\nfilesystems = ["/"]\n[tiers.warm]\npath = "/mnt/warm"\n[tiers.cold]\npath = "/mnt/cold"\n';

interface Rule {
  readonly name?: string;
  readonly source?: string;
  readonly to?: string;
  readonly age?: string;
  readonly more?: string;
}

function move({ name = "logs", source = "/var/log", to = "warm", age = "2d", more = "" }: Rule = {}): string {
  return `[[move]]\nname = "${name}"\nsource = "${source}"\nto = "${to}"\nolder_than = "${age}"\n${more}\n`;
}

/** Key and message of every problem. */
function said(text: string, machine: FakeMachine = {}): readonly string[] {
  const deps = fakeConfigDeps({ ...machine, mounts: { ...mounts, ...machine.mounts } });
  return judgeConfig({ file: "f", text }, deps).problems.map((problem) => problemCells(problem).slice(1).join("  "));
}

test("a job that fits says nothing", () => {
  assert.deepEqual(said(tiers + move() + move({ name: "old", source: "warm:backups", to: "cold" })), []);
});

test("tiers that aren't there, or have no path", () => {
  assert.deepEqual(said(tiers + move({ to: "wram" })), [
    'move.logs.to = "wram"  no such tier; there are hot, warm, cold',
  ]);
  assert.deepEqual(said(move()), ['move.logs.to = "warm"  no such tier; there are none yet: write [tiers.NAME]']);
  assert.match(
    said(tiers + move({ to: "hot" })).join(),
    /tier hot has no path to put files in; give \[tiers.hot\] a path/,
  );
  assert.match(said(tiers + move({ source: "hot:x" })).join(), /tier hot has no path to begin at/);
  assert.match(said(tiers + move({ source: "nas:x" })).join(), /source = "nas:x" {2}no such tier/);
});

test("names are unique over jobs, tiers and kinds", () => {
  assert.match(
    said(tiers + move({ name: "warm" })).join(),
    /name = "warm" {2}the name is taken: it is the tier of line 3/,
  );
  assert.match(said(tiers + move({ name: "docker" })).join(), /the name is taken: it is a kind of job/);
  assert.match(said(tiers + move() + move({ source: "/srv" })).join(), /the name is taken: it is the job of line 7/);
  assert.match(
    said('[tiers.move]\npath = "/a"\n[tiers.job]\npath = "/b"\n').join(),
    /tiers.move .* kind of job.*tiers.job .*job:NAME/,
  );
});

test("two jobs that own one tree", () => {
  const two = (first: Rule, second: Rule) =>
    said(tiers + move({ name: "a", ...first }) + move({ name: "b", ...second }));
  assert.deepEqual(two({}, {}), [
    'move.b.source = "/var/log"  a owns this tree too, and its patterns may fit the same files; tell them apart by include and exclude',
  ]);
  assert.match(two({}, { source: "/var/log/nginx" }).join(), /a owns this tree, within \/var\/log, too/);
  assert.match(two({ source: "/var/log/nginx" }, {}).join(), /a owns \/var\/log\/nginx within it too/);
  assert.deepEqual(two({ source: "/var/logs" }, {}), []);
});

test("patterns tell two jobs on one tree apart", () => {
  const two = (first: string, second: string) =>
    said(tiers + move({ name: "a", more: first }) + move({ name: "b", more: second })).length === 0;
  assert.equal(two('include = ["*.gz"]', 'include = ["*.log", "*.txt"]'), true);
  assert.equal(two('include = ["nginx*"]', 'include = ["app*"]'), true);
  assert.equal(two('include = ["*.gz"]', 'exclude = ["*.gz"]'), true);
  assert.equal(two('include = ["a.log"]', 'include = ["b.log"]'), true);
  assert.equal(two('include = ["a.log"]', 'include = ["*.log"]'), false);
  assert.equal(two('include = ["*.gz"]', 'include = ["app*"]'), false);
  assert.equal(two('include = ["*.[0-9]*"]', 'include = ["*.gz"]'), false);
  const nested = move({ name: "a", more: 'exclude = ["nginx/"]' }) + move({ name: "b", source: "/var/log/nginx" });
  assert.deepEqual(said(tiers + nested), []);
});

test("M2: two names of one tree are one tree", () => {
  const text = tiers + move({ name: "a" }) + move({ name: "b", source: "/data/log" });
  assert.match(said(text, { links: { "/var/log": "/data/log" } }).join(), /a owns this tree too/);
});

test("M2: a source may not meet a destination or a .tierkeep", () => {
  assert.match(
    said(tiers + move({ source: "/mnt" })).join(),
    /source = "\/mnt" {2}contains \/mnt\/warm\/jts-1\/logs, where logs puts its files/,
  );
  assert.match(
    said(tiers + move({ source: "warm:jts-1/logs/2026" })).join(),
    /lies in \/mnt\/warm\/jts-1\/logs, where logs puts its files/,
  );
  assert.match(
    said(tiers + move({ source: "warm:", to: "cold" })).join(),
    /contains \/mnt\/warm\/.tierkeep, where tier warm keeps/,
  );
  assert.match(said(tiers + move({ source: "/old/.tierkeep/x" })).join(), /lies in a .tierkeep/);
  assert.match(
    said(tiers + move({ source: "/srv/link" }), { links: { "/srv/link": "/mnt/warm" } }).join(),
    /contains \/mnt\/warm/,
  );
  assert.deepEqual(said(tiers + move({ source: "warm:jts-2/logs", to: "cold" })), []);
});

test("a tier within another", () => {
  const three = (path: string) => said(`${tiers}[tiers.more]\npath = "${path}"\n`);
  assert.deepEqual(three("/mnt/warm/x"), [
    'tiers.more.path = "/mnt/warm/x"  inside tier warm, /mnt/warm; tiers lie beside one another',
  ]);
  assert.deepEqual(three("/mnt/warm"), [
    'tiers.more.path = "/mnt/warm"  tier warm has the same path; tiers lie beside one another',
  ]);
  assert.equal(three("/mnt").length, 2);
  assert.deepEqual(three("/mnt/warmer"), []);
});

test("tiers that make no sense", () => {
  assert.deepEqual(said("[tiers.a]\n"), [
    "tiers.a  tier a says nowhere where it is; write path, to put files there, or filesystems, to watch them",
  ]);
  assert.deepEqual(said('[tiers.a]\npath = "/a"\nwarn = "95%"\n'), [
    'tiers.a.warn = "95%"  warn (95%) is above critical (90%)',
  ]);
  assert.match(said('[tiers.a]\npath = "/a"\nreserve = "100%"\n').join(), /leaves no room/);
});

test("where state_dir may not be", () => {
  const at = (path: string, fsType = "ext4") => {
    const text = `state_dir = "${path}"\n${tiers}${move()}`;
    return said(text, { mounts: { [path]: { fsType, device: "0:9" } } }).join();
  };
  assert.match(
    at("/var/log/tierkeep"),
    /state_dir = "\/var\/log\/tierkeep" {2}lies inside \/var\/log, the source of logs/,
  );
  assert.match(at("/var"), /contains \/var\/log, the source of logs/);
  assert.match(at("/nas/state", "nfs4"), /lies on a network file system \(nfs4\); the catalog needs a local disk/);
  assert.match(at("/run/state", "tmpfs"), /warning: lies on tmpfs/);
  assert.equal(at("/srv/state"), "");
});

test("warnings leave the configuration whole", () => {
  const text = tiers + move();
  const shared = fakeConfigDeps({ mounts: { "/mnt/warm": { fsType: "tmpfs", device: "8:1" } } });
  const { config, problems } = judgeConfig({ file: "f", text }, shared);
  assert.ok(config !== undefined);
  assert.deepEqual(
    problems.map(({ key, severity }) => [key, severity]),
    [
      ["tiers.warm.path", "warning"],
      ["move.logs.to", "warning"],
    ],
  );
});

test("M3: a tier that isn't mounted is not judged by what lies below it", () => {
  assert.deepEqual(said(`[tiers.late]\npath = "/mnt/late"\n${move({ to: "late" })}`), []);
  const directory = `[tiers.late]\npath = "/mnt/late"\ndirectory = true\n${move({ to: "late" })}`;
  assert.match(
    said(directory).join(),
    /late is on the source's own file system: only compression frees anything; set compress/,
  );
});

const logrotate = {
  "/etc/logrotate.conf": "daily\nrotate 7\ncompress\n/var/log/*.log { }\n/var/log/fast.txt { hourly\nrotate 24\n}\n",
};

test("a rule slower than logrotate is told with its arithmetic", () => {
  const at = (age: string, more = "") => said(tiers + move({ age, more }), { files: logrotate });
  const seven = ["*.log.[0-9]*"];
  assert.deepEqual(at("7d", `include = ${JSON.stringify(seven)}`), [
    'move.logs.older_than = "7d"  warning: slower than logrotate: daily, rotate 7 deletes at 7 d; this rule starts at 7 d [/etc/logrotate.conf]; use 2d',
  ]);
  assert.deepEqual(at("6d", 'include = ["*.log.*"]'), []);
  assert.equal(at("7d", 'include = ["*.log.*.gz"]').length, 1);
  assert.deepEqual(at("7d", 'include = ["*.csv"]'), []);
  assert.match(
    at("1d", 'include = ["fast*"]').join(),
    /hourly, rotate 24 deletes at 1 d; .*raise rotate in \/etc\/logrotate.conf/,
  );
  assert.match(at("30d").join(), /\(and 1 more like it\)/);
});

test("logrotate that keeps all, goes by size or rotates elsewhere", () => {
  const at = (block: string) =>
    said(tiers + move({ age: "30d" }), { files: { "/etc/logrotate.conf": `/var/log/a.log {\n${block}\n}` } });
  assert.deepEqual(at("daily\nrotate -1"), []);
  assert.deepEqual(at("size 10M\nrotate 3"), []);
  assert.deepEqual(at("daily\nrotate 3\nolddir /srv/old"), []);
  assert.equal(at("daily\nrotate 3\nolddir old").length, 1);
  assert.match(
    at("daily\nrotate -1\nmaxage 20").join(),
    /maxage 20 deletes at 20 d; this rule starts at 30 d .*use 6d/,
  );
});

test("ages: one of older_than and unused_for, and what access times are worth where the source lies", () => {
  const unused = (more: string) => `[[move]]\nname = "logs"\nsource = "/var/log"\nto = "warm"\n${more}\n`;
  assert.deepEqual(said(tiers + unused("")), ["move.logs.older_than  missing; write older_than or unused_for"]);
  assert.match(
    said(tiers + unused('older_than = "2d"\nunused_for = "9d"')).join(),
    /unused_for.*there is older_than, too/,
  );
  assert.deepEqual(said(tiers + unused('unused_for = "2d"')), []);
  assert.match(
    said(tiers + unused('unused_for = "1d"')).join(),
    /\/ is mounted relatime: a read is noted once in 24 h/,
  );
  const noatime = { mounts: { "/var": { fsType: "ext4", device: "8:3", options: ["rw", "noatime"] } } };
  assert.match(said(tiers + unused('unused_for = "90d"'), noatime).join(), /\/var is mounted noatime/);
});

test("watermarks come in pairs, the lower one lower; sets stay together", () => {
  const problem = (more: string) => said(tiers + move({ more })).join();
  assert.match(problem('when_above = "80%"'), /needs until_below/);
  assert.match(problem('until_below = "80%"'), /needs when_above/);
  assert.match(problem('when_above = "60%"\nuntil_below = "80%"'), /is above when_above/);
  assert.equal(problem('when_above = "80%"\nuntil_below = "60%"'), "");
  assert.match(problem('unit = "entry"\nlayout = "by-date"'), /a set stays together/);
  assert.equal(problem('unit = "entry"\nmax_move = { files = 10, bytes = "1GiB" }'), "");
  assert.match(problem("max_move = { share = 3 }"), /expects limits such as/);
});
