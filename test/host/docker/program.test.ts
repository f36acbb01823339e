import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { after, test } from "node:test";
import type { JobPlan, PlanReport } from "../../../src/reports/plan.ts";
import type { RunReport } from "../../../src/reports/run.ts";
import { type Scratch, scratch } from "../../support/scratch.ts";
import { type Ended, endOf } from "../moves/program.ts";
import { needsDocker, startDocker, type TestDocker } from "./dockerd.ts";
import { thingsOf } from "./things.ts";

const skip = needsDocker;
const docker = skip === false ? await startDocker() : undefined;
after(() => docker?.[Symbol.asyncDispose]());

function here(): TestDocker {
  if (docker === undefined) throw new Error("this test should have been skipped");
  return docker;
}

interface Program extends Scratch {
  readonly call: (...args: readonly string[]) => Promise<Ended>;
}

/** The real program; its socket is a link, as /var/run/docker.sock is to some. */
function program(socket: string): Program {
  const directory = scratch("docker-program");
  const file = `${directory.path}/tierkeep.toml`;
  symlinkSync(socket, `${directory.path}/docker.sock`);
  writeFileSync(
    file,
    `version = 1
host = "jts-1"
state_dir = "${directory.path}/state"
[docker]
stopped_containers_older_than = "1s"
unused_images_older_than = "1s"
build_cache_older_than = "1s"
socket = "${directory.path}/docker.sock"
`,
  );
  const bin = new URL("../../../bin/tierkeep", import.meta.url).pathname;
  return {
    ...directory,
    call: (...args) => endOf(spawn(bin, ["--config", file, ...args], { stdio: ["ignore", "pipe", "pipe"] })),
  };
}

/** Plans until it fits: a second has to pass until something is a second old. */
async function planUntil(tierkeep: Program, fits: (plan: JobPlan) => boolean): Promise<void> {
  for (let tries = 0; tries < 30; tries++) {
    const [plan] = (JSON.parse((await tierkeep.call("plan", "--json")).stdout) as PlanReport).jobs;
    if (plan !== undefined && fits(plan)) return;
  }
  throw new Error("it was never planned");
}

async function runReport(tierkeep: Program): Promise<RunReport["jobs"][number] | undefined> {
  return (JSON.parse((await tierkeep.call("run", "--json")).stdout) as RunReport).jobs[0];
}

test("containers, images and build cache go once it is approved, counted by kind", { skip }, async () => {
  const things = thingsOf(here());
  await things.image("base:1");
  await things.running("works");
  await things.stopped("old", { Cmd: ["/bin/sh", "-c", "echo 12345678 > /written; exec sleep 1000"] });
  buildImage(here());
  using tierkeep = program(here().socket);
  const refused = await tierkeep.call("run");
  assert.deepEqual([refused.exitCode, /was never approved/.test(refused.stdout)], [5, true], refused.stdout);
  await planUntil(tierkeep, ({ totals }) => totals.things?.image === 1);

  assert.equal((await tierkeep.call("approve", "docker")).exitCode, 0);
  const { exitCode, stdout } = await tierkeep.call("run");
  assert.equal(exitCode, 0);
  assert.match(stdout, /^docker {2}ok removed 1 container, 1 image, \d build cache records?, \d+(\.\d)? MiB freed/m);
  // What the image shared with the cache is the cache's alone by now.
  await planUntil(tierkeep, ({ totals }) => (totals.things?.["build-cache"] ?? 0) > 0);
  const report = await runReport(tierkeep);
  assert.deepEqual([report?.status, Object.keys(report?.reclaimed ?? {})], ["ok", ["build-cache"]]);
  const usage = (await things.must("GET", "/system/df")) as { BuildCache: readonly { Shared: boolean }[] };
  assert.deepEqual(
    usage.BuildCache.filter(({ Shared }) => !Shared),
    [],
    "what `base:1` has, too, stays",
  );
  assert.deepEqual([await things.containers(), await things.tags()], [{ works: "running" }, ["base:1"]]);
});

test("another Docker behind the socket waits for approval; no Docker at all is no failure", { skip }, async () => {
  await using other = await startDocker();
  const things = thingsOf(other);
  await things.image("base:1");
  await things.created("old");
  using tierkeep = program(here().socket);
  const link = `${tierkeep.path}/docker.sock`;
  await tierkeep.call("approve", "docker");
  rmSync(link);
  const absent = await tierkeep.call("run");
  assert.deepEqual([absent.exitCode, absent.stdout.includes("Docker is not here")], [0, true], absent.stdout);
  symlinkSync(other.socket, link);
  await planUntil(tierkeep, ({ totals }) => totals.things?.container === 1);
  const changed = await tierkeep.call("run");
  assert.deepEqual([changed.exitCode, changed.stdout.includes("was edited")], [5, true], changed.stdout);
  assert.match((await tierkeep.call("plan")).stdout, /source\.engine/);
  assert.deepEqual(await things.containers(), { old: "created" });
});

test("a socket that nobody serves, or none, or a file: said so, exit 0", async () => {
  using tierkeep = program("/nonexistent/docker.sock");
  const link = `${tierkeep.path}/docker.sock`;
  const approved = await tierkeep.call("approve", "docker");
  assert.equal(approved.exitCode, 0);
  assert.match((await tierkeep.call("plan")).stdout, /nothing to do\n.*Docker is not here: there is no\s/);
  const server = createServer().listen(`${tierkeep.path}/left`);
  await once(server, "listening");
  mkdirSync(`${tierkeep.path}/places`);
  // A process that is killed leaves its socket behind.
  execFileSync("cp", ["-a", `${tierkeep.path}/left`, `${tierkeep.path}/places/left`]);
  server.close();
  writeFileSync(`${tierkeep.path}/places/file`, "");
  for (const name of ["left", "file"]) {
    rmSync(link);
    symlinkSync(`places/${name}`, link);
    const { exitCode, stdout } = await tierkeep.call("run");
    assert.deepEqual([exitCode, /Docker is not running: nobody\s+answers/.test(stdout)], [0, true], stdout);
  }
});

// A stand-in: a real Docker cannot be made to hang on demand.
test("a Docker that accepts and never answers fails its job in ten seconds, and hangs nothing", async () => {
  using tierkeep = program("left");
  rmSync(`${tierkeep.path}/docker.sock`);
  const server = createServer().listen(`${tierkeep.path}/docker.sock`);
  await once(server, "listening");
  const begun = performance.now();
  const { exitCode, stdout } = await tierkeep.call("run");
  const seconds = (performance.now() - begun) / 1000;
  server.close();
  assert.deepEqual([exitCode, /GET\s+\/version: no answer in 10 s/.test(stdout)], [12, true], stdout);
  assert.ok(seconds >= 10 && seconds < 20, `${seconds} s`);
});

/** By Docker's own command line, which speaks BuildKit's protocol. */
function buildImage({ socket, directory }: TestDocker): void {
  const context = `${directory}/context`;
  mkdirSync(context);
  writeFileSync(`${context}/big`, Buffer.alloc(3_000_000, 7));
  writeFileSync(`${context}/Dockerfile`, "FROM base:1\nCOPY big /big\nRUN echo built > /out\n");
  const env = {
    PATH: "/usr/bin:/bin",
    DOCKER_HOST: `unix://${socket}`,
    DOCKER_BUILDKIT: "1",
    DOCKER_CONFIG: directory,
  };
  execFileSync("docker", ["build", "--network=none", "-t", "built:1", context], { env, stdio: "pipe" });
}
