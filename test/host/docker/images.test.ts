import assert from "node:assert/strict";
import { after, test } from "node:test";
import { needsDocker, startDocker } from "./dockerd.ts";
import { dayMs, openDockerScene } from "./scene.ts";
import { emptyDocker } from "./things.ts";

const skip = needsDocker;
const started = skip === false ? await startDocker() : undefined;
after(() => started?.[Symbol.asyncDispose]());

test("an image goes when it has been seen unused for as long as the rule says, not before", { skip }, async () => {
  const { docker, things } = await emptyDocker(started);
  await things.image("idle:1");
  using scene = openDockerScene(docker.socket);
  const nowMs = Date.now() + 1_000;
  assert.equal((await scene.plan(nowMs + 100 * dayMs)).kept["image/idle:1"], "too-young", "no run has seen it yet");
  await scene.refused(nowMs);
  assert.deepEqual(await scene.run(nowMs + 6 * dayMs), {}, "a run that was refused has noted it all the same");
  assert.deepEqual((await scene.plan(nowMs + 7 * dayMs)).due, ["image/idle:1"]);
  assert.deepEqual(await scene.run(nowMs + 7 * dayMs), { "image/idle:1": "removed" });
  assert.deepEqual(await things.tags(), []);
});

test("an image that was used meanwhile begins anew, and so does one that got a name", { skip }, async () => {
  const { docker, things } = await emptyDocker(started);
  await things.image("used:1");
  await things.image("pulled:1");
  using scene = openDockerScene(docker.socket);
  const nowMs = Date.now() - 20 * dayMs;
  await scene.refused(nowMs);
  await things.stopped("job", { image: "used:1" });
  assert.deepEqual((await scene.plan(nowMs + 8 * dayMs)).kept["image/used:1"], "in-use", "by a stopped container");
  await scene.refused(nowMs + 8 * dayMs);
  await things.must("DELETE", "/containers/job");
  await scene.refused(nowMs + 20 * dayMs);
  const { due, kept } = await scene.plan(Date.now() + dayMs);
  assert.deepEqual([due, kept], [[], { "image/used:1": "too-young", "image/pulled:1": "too-young" }]);
  assert.deepEqual(Object.keys(await scene.run(Date.now() + 8 * dayMs)).sort(), ["image/pulled:1", "image/used:1"]);
});

test("no image ages by a clock that is doubted", { skip }, async () => {
  const { docker, things } = await emptyDocker(started);
  await things.image("idle:1");
  using scene = openDockerScene(docker.socket);
  await scene.refused(0, { guard: "clock", message: "the clock jumped", hint: "set it" });
  assert.equal((await scene.plan(Date.now())).kept["image/idle:1"], "too-young");
});

test("what others stand on, what is named or labelled, and what was given another name stays", { skip }, async () => {
  const { docker, things } = await emptyDocker(started);
  for (const name of ["parent:1", "named:1", "named:2", "other:1", "whole:1", "gone:1", "gone:2"])
    await things.image(name);
  await things.image("labelled:1", { "tierkeep.keep": "" });
  // Made from `parent:1`, and used; made from `gone:2`, and not used.
  for (const [from, to] of [
    ["parent:1", "child"],
    ["gone:2", "grandchild"],
  ] as const) {
    await things.stopped("maker", { image: from });
    await things.must("POST", `/commit?container=maker&repo=${to}&tag=1`);
    await things.must("DELETE", "/containers/maker");
  }
  await things.stopped("user", { image: "child:1" });
  using scene = openDockerScene(docker.socket, {
    stoppedContainersOlderThanMs: undefined,
    keepImages: ["docker.io/library/named:1", "whole"],
  });
  await scene.refused(Date.now());
  const { due, kept } = await scene.plan(Date.now() + 8 * dayMs);
  assert.deepEqual(kept, {
    "image/child:1": "in-use",
    "image/labelled:1": "protected",
    "image/named:1": "protected",
    "image/parent:1": "in-use",
    "image/whole:1": "protected",
  });
  assert.deepEqual(
    due.toSorted(),
    ["gone:1", "gone:2", "grandchild:1", "named:2", "other:1"].map((n) => `image/${n}`),
  );
  assert.ok(due.indexOf("image/grandchild:1") < due.indexOf("image/gone:2"), "what stands on another goes first");
  const results = await scene.run(Date.now() + 8 * dayMs);
  assert.deepEqual(new Set(Object.values(results)), new Set(["removed"]));
  assert.deepEqual(await things.tags(), ["child:1", "labelled:1", "named:1", "parent:1", "whole:1"]);
});

test("an image goes with all of its names, and a name that is another image's by then stays", { skip }, async () => {
  const { docker, things } = await emptyDocker(started);
  const id = await things.image("app:1");
  for (const name of ["app:stable", "registry.local:5000/app:1"]) await things.tag(id, name);
  await things.image("moved:1");
  await things.tag("moved:1", "moved:stable");
  // A build left it without a name.
  await things.image("rebuilt:1");
  const nameless = await things.image("rebuilt:1");
  await things.image("rebuilt:1");
  using scene = openDockerScene(docker.socket);
  await scene.refused(Date.now());
  const results = await scene.run(Date.now() + 8 * dayMs, () => things.image("moved:stable"));
  assert.equal(results[`image/${nameless.slice(0, 19)}`], "removed");
  assert.deepEqual(new Set(Object.values(results)), new Set(["removed"]));
  assert.deepEqual(await things.tags(), ["moved:stable"], "the one that was built meanwhile");
});

test("an image that is needed again after the plan stays", { skip }, async () => {
  const { docker, things } = await emptyDocker(started);
  for (const name of ["run:1", "created:1", "idle:1"]) await things.image(name);
  await things.tag("created:1", "created:stable");
  using scene = openDockerScene(docker.socket);
  const nowMs = Date.now() - 10 * dayMs;
  await scene.refused(nowMs);
  // By the job's clock they all got their names long ago.
  const results = await scene.run(Date.now() + 8 * dayMs, async () => {
    await things.running("runs", { image: "run:1" });
    await things.created("waits", { image: "created:1" });
  });
  assert.deepEqual(results, { "image/run:1": "in-use", "image/created:1": "in-use", "image/idle:1": "removed" });
  assert.deepEqual(await things.tags(), ["created:1", "created:stable", "run:1"]);
});
