import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { after, test } from "node:test";
import type { ExplainReport } from "../../../src/reports/explain.ts";
import { mountBindfs } from "../../support/bindfs.ts";
import { needsRoot } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { needsDocker, startDocker } from "../docker/dockerd.ts";
import { thingsOf } from "../docker/things.ts";
import { bin, type Guarded, move, oldFiles, openGuarded } from "../guards/program.ts";
import { until } from "../moves/program.ts";

const skip = needsRoot;
/** What health may take, the start of the program, and this machine's mood. */
const patienceMs = 9_000;

async function explain(program: Guarded, path: string): Promise<ExplainReport> {
  const { stdout, stderr } = await program.call("explain", "--json", path);
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as ExplainReport;
}

/** A process that does something to a file until the test ends. */
async function using(script: string, ready: string): Promise<ChildProcess & AsyncDisposable> {
  const child = spawn("sh", ["-c", script], { stdio: "ignore" });
  const { promise: isEnded, resolve } = Promise.withResolvers<void>();
  child.once("exit", () => resolve());
  await until(() => readdirSync(ready).includes("ready"));
  return Object.assign(child, {
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await isEnded;
    },
  });
}

test("M7: who has a file open is named, how, and since when it runs", { skip }, async () => {
  using dir = scratch("explain");
  const log = `${dir.path}/log`;
  oldFiles(log, 3, 100);
  const [first = "", second = "", third = ""] = readdirSync(log).sort();
  const program = await openGuarded({
    directory: dir.path,
    tiers: { warm: `${dir.path}/warm` },
    rest: move("logs", log, "warm"),
  });
  const script = `exec 8>>${log}/${first} 9<${log}/${second}; touch ${dir.path}/ready; exec sleep 60`;
  await using child = await using(script, dir.path);
  const written = await explain(program, `${log}/${first}`);
  const { reason, users = [] } = written.jobs[0]?.verdict ?? {};
  assert.equal(reason, "open-for-writing");
  assert.deepEqual(
    users.map(({ pid, command, use, container }) => ({ pid, command, use, container })),
    [{ pid: child.pid, command: "sleep", use: "writing", container: null }],
  );
  const [user] = users;
  const ageMs = Date.now() - Date.parse(user?.startedAt ?? "");
  assert(ageMs > -2_000 && ageMs < 60_000, `it began ${ageMs} ms ago`);
  // Reading is no obstacle for a move, and told all the same.
  const read = (await explain(program, `${log}/${second}`)).jobs[0]?.verdict;
  assert.deepEqual([read?.reason, read?.users.map(({ use }) => use)], ["due", ["reading"]]);
  assert.deepEqual((await explain(program, `${log}/${third}`)).jobs[0]?.verdict?.users, []);
});

const docker = needsDocker === false ? await startDocker() : undefined;
after(() => docker?.[Symbol.asyncDispose]());

test("M7: a container that has a file open is called by its name", { skip: needsDocker }, async () => {
  if (docker === undefined) throw new Error("this test should have been skipped");
  using dir = scratch("explain");
  const log = `${dir.path}/log`;
  oldFiles(log, 1, 100);
  const [name = ""] = readdirSync(log);
  const things = thingsOf(docker);
  await things.image("base:1");
  const Cmd = ["/bin/sh", "-c", `exec 8>>/log/${name}; : >/log/ready; exec sleep 1000`];
  await things.running("orders", { Cmd, HostConfig: { Binds: [`${log}:/log`] } });
  await until(() => readdirSync(log).includes("ready"));
  const program = await openGuarded({
    directory: dir.path,
    tiers: { warm: `${dir.path}/warm` },
    rest: `${move("logs", log, "warm")}[docker]\nsocket = "${docker.socket}"\n`,
  });
  const { jobs } = await explain(program, `${log}/${name}`);
  assert.deepEqual(
    jobs[0]?.verdict?.users.map(({ use, container }) => ({ use, container })),
    [{ use: "writing", container: "orders" }],
  );
  await things.clear();
});

test("C1: nothing that hangs keeps explain: a tier, a source, a path of nobody's", { skip }, async () => {
  using dir = scratch("explain");
  using behind = scratch("behind");
  await using nas = await mountBindfs(behind.path);
  const log = `${dir.path}/log`;
  oldFiles(log, 2, 100);
  mkdirSync(`${behind.path}/drop`);
  const rest = `${move("logs", log, "nas")}\n${move("drops", `${nas.path}/drop`, "warm")}`;
  const tiers = { nas: `${nas.path}/tier`, warm: `${dir.path}/warm` };
  const program = await openGuarded({ directory: dir.path, tiers, rest });
  const { report } = await program.run("logs");
  assert.equal(report.status, "ok");
  const [moved = ""] = (await stored(program, log)).sort();
  process.kill(nas.pid, "SIGSTOP");
  const asked = async (path: string) => {
    const begun = performance.now();
    const ended = await program.call("explain", path);
    assert(performance.now() - begun < patienceMs, `${path} took ${performance.now() - begun} ms`);
    return ended;
  };
  const gone = await asked(moved);
  assert.match(gone.stdout, /not here: moved, 1 version\n.* nas WARN unavailable/);
  const source = await asked(`${nas.path}/drop/x.1`);
  assert.match(source.stdout, /CRIT drops: .* has not answered since/s);
  const nobodys = await asked(`${nas.path}/other/x`);
  assert.deepEqual(
    [nobodys.exitCode, /has not answered since .*\[TIER_UNAVAILABLE\]/.test(nobodys.stderr)],
    [10, true],
  );
});

async function stored(program: Guarded, directory: string): Promise<string[]> {
  const { stdout } = await program.call("find", "--json", directory);
  return (JSON.parse(stdout) as { placements: { path: string }[] }).placements.map(({ path }) => path);
}

test("a path leads through links as far as a job's tree; a link in it is itself what is decided about", {
  skip,
}, async () => {
  using dir = scratch("explain");
  const log = `${dir.path}/real/log`;
  oldFiles(log, 1, 100);
  const [name = ""] = readdirSync(log);
  symlinkSync("real", `${dir.path}/led`);
  symlinkSync(name, `${log}/current`);
  const program = await openGuarded({
    directory: dir.path,
    tiers: { warm: `${dir.path}/warm` },
    rest: move("logs", `${dir.path}/led/log`, "warm"),
  });
  const file = await explain(program, `${dir.path}/led/log/${name}`);
  assert.deepEqual([file.owner, file.resolved.path, file.jobs[0]?.verdict?.reason], ["logs", `${log}/${name}`, "due"]);
  const link = await explain(program, `${dir.path}/led/log/current`);
  assert.deepEqual([link.found?.kind, link.jobs[0]?.verdict?.reason], ["link", "special-file"]);
  const root = await explain(program, `${dir.path}/led/log`);
  assert.deepEqual([root.owner, root.found?.kind, root.jobs[0]?.due.count], ["logs", "directory", 1]);
});

test("names of any bytes are explained, and told so that they can be typed again", { skip }, async () => {
  using dir = scratch("explain");
  const log = `${dir.path}/log`;
  mkdirSync(log);
  const raw = Buffer.from(`${log}/b\xff\n*.1`, "latin1");
  writeFileSync(raw, "x");
  utimesSync(raw, 1_700_000_000, 1_700_000_000);
  const program = await openGuarded({
    directory: dir.path,
    tiers: { warm: `${dir.path}/warm` },
    rest: move("logs", log, "warm"),
  });
  const script = `exec "$0" --config "$1" explain "$(printf '%s/b\\377\\n*.1' "$2")"`;
  const child = spawn("sh", ["-c", script, bin, program.file, log], { stdio: ["ignore", "pipe", "inherit"] });
  let stdout = "";
  child.stdout.on("data", (chunk) => (stdout += chunk));
  await once(child, "close");
  assert.match(stdout, /^\$'.*\/log\/b\\xff\\n\*\.1' {2}1 B, modified/);
  assert.match(stdout, /belongs to {2}logs/);
});
