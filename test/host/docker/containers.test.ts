import assert from "node:assert/strict";
import { after, test } from "node:test";
import { inspectContainer, removeContainer } from "../../../src/docker/containers.ts";
import { isAbsent, openEngine } from "../../../src/docker/engine.ts";
import { removeImage } from "../../../src/docker/images.ts";
import { needsDocker, startDocker } from "./dockerd.ts";
import { dayMs, hourMs, openDockerScene } from "./scene.ts";
import { emptyDocker } from "./things.ts";

const skip = needsDocker;
const started = skip === false ? await startDocker() : undefined;
after(() => started?.[Symbol.asyncDispose]());

test("D13: what runs, its image, every volume and network stay; what stopped long ago goes", { skip }, async () => {
  const { docker, things } = await emptyDocker(started, "base:1");
  await things.must("POST", "/volumes/create", { Name: "kept" });
  await things.must("POST", "/networks/create", { Name: "lan", Driver: "bridge" });
  const volumes = { HostConfig: { Binds: ["kept:/kept"] }, Volumes: { "/anonymous": {} } };
  await things.running("works", volumes);
  await things.running("paused");
  await things.act("paused", "pause");
  await things.stopped("old", volumes);
  await things.created("never-started");
  const before = { volumes: await things.volumes(), networks: await things.networks() };
  assert.equal(before.volumes.length, 3);
  using scene = openDockerScene(docker.socket);
  const nowMs = Date.now();

  const { due, kept } = await scene.plan(nowMs + 3 * dayMs - hourMs);
  assert.deepEqual(due, []);
  assert.deepEqual(kept, {
    "container/works": "running",
    "container/paused": "running",
    "container/old": "too-young",
    "container/never-started": "too-young",
    "image/base:1": "in-use",
  });
  assert.deepEqual(await scene.run(nowMs + 30 * dayMs), {
    "container/never-started": "removed",
    "container/old": "removed",
  });
  assert.deepEqual(await things.containers(), { works: "running", paused: "paused" });
  assert.deepEqual({ volumes: await things.volumes(), networks: await things.networks() }, before);
  assert.deepEqual(await things.tags(), ["base:1"]);
  assert.deepEqual(await scene.run(nowMs + 300 * dayMs), {}, "doing it again does nothing");
});

test("D13: after a restart of Docker, in good order or killed, nothing is old and nothing is unused", {
  skip,
}, async () => {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const { docker, things } = await emptyDocker(started, "base:1");
    const volumes = { Volumes: { "/data": {} } };
    await things.running("comes-back", { ...volumes, HostConfig: { RestartPolicy: { Name: "always" } } });
    await things.running("stays-down", volumes);
    const made = await things.volumes();
    await docker.restart(signal);
    assert.deepEqual(await things.containers(), { "comes-back": "running", "stays-down": "exited" });
    using scene = openDockerScene(docker.socket);
    const { due, kept } = await scene.plan(Date.now() + 2 * dayMs);
    assert.deepEqual([due, kept["container/stays-down"], kept["image/base:1"]], [[], "too-young", "in-use"], signal);
    assert.deepEqual(await scene.run(Date.now() + 4 * dayMs), { "container/stays-down": "removed" });
    assert.deepEqual(await things.containers(), { "comes-back": "running" });
    assert.deepEqual(await things.volumes(), made);
  }
});

test("what was started, restarted or made anew after the plan stays", { skip }, async () => {
  const { docker, things } = await emptyDocker(started, "base:1");
  for (const name of ["started", "ran-again", "made-anew", "removed", "old"]) await things.stopped(name);
  using scene = openDockerScene(docker.socket);
  const results = await scene.run(Date.now() + 30 * dayMs, async () => {
    await things.act("started", "start");
    await things.act("ran-again", "start");
    await things.act("ran-again", "stop");
    for (const name of ["made-anew", "removed"]) await things.must("DELETE", `/containers/${name}`);
    await things.created("made-anew", { Labels: { "tierkeep.keep": "" } });
  });
  assert.deepEqual(results, {
    "container/started": "running",
    "container/ran-again": "changed-since-plan",
    "container/made-anew": "vanished",
    "container/removed": "vanished",
    "container/old": "removed",
  });
  assert.deepEqual(await things.containers(), { started: "running", "ran-again": "exited", "made-anew": "created" });
});

test("the Engine itself refuses what came into use after the last look: nothing is forced", { skip }, async () => {
  const { docker, things } = await emptyDocker(started, "base:1");
  const engine = await openEngine(docker.socket, new AbortController().signal);
  if (isAbsent(engine)) throw new Error(engine.absent);
  const runs = await things.running("runs");
  await assert.rejects(removeContainer(engine, runs), { status: 409 });
  await things.image("waited-for:1");
  const waits = await things.created("waits", { image: "waited-for:1" });
  const { imageId } = await inspectContainer(engine, waits);
  await assert.rejects(removeImage(engine, { id: imageId, tags: ["waited-for:1"] }), { status: 409 });
  assert.deepEqual(await things.containers(), { runs: "running", waits: "created" });
  assert.deepEqual(await things.tags(), ["base:1", "waited-for:1"]);
});

test("labels protect a container: its own, or those of its image", { skip }, async () => {
  const { docker, things } = await emptyDocker(started, "base:1");
  await things.image("labelled:1", { "tierkeep.keep": "yes" });
  await things.stopped("own", { Labels: { "tierkeep.keep": "" } });
  await things.stopped("by-image", { image: "labelled:1" });
  await things.stopped("other-label", { Labels: { "tierkeep.keeper": "" } });
  using scene = openDockerScene(docker.socket);
  const { due, kept } = await scene.plan(Date.now() + 30 * dayMs);
  assert.deepEqual(due, ["container/other-label"]);
  assert.deepEqual([kept["container/own"], kept["container/by-image"]], ["protected", "protected"]);
});

test("a kind without an age is not looked at", { skip }, async () => {
  const { docker, things } = await emptyDocker(started, "base:1");
  await things.stopped("old");
  using scene = openDockerScene(docker.socket, { stoppedContainersOlderThanMs: undefined });
  const { due, kept } = await scene.plan(Date.now() + 30 * dayMs);
  assert.deepEqual([due, kept], [[], { "image/base:1": "in-use" }]);
});

test("when Docker dies during a run, one deed fails and the rest waits for the next run", { skip }, async () => {
  const { docker, things } = await emptyDocker(started, "base:1");
  for (const name of ["one", "two", "three"]) await things.stopped(name);
  using scene = openDockerScene(docker.socket);
  const nowMs = Date.now() + 30 * dayMs;
  const results = await scene.run(nowMs, docker.kill);
  assert.deepEqual(Object.values(results), ["failed"]);
  await docker.start();
  assert.deepEqual(Object.values(await scene.run(nowMs)), ["removed", "removed", "removed"]);
});
