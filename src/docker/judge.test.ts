import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Container } from "./containers.ts";
import type { CacheRecord } from "./disk-usage.ts";
import type { Image } from "./images.ts";
import { judgeCache, judgeContainer, judgeImages, unusedImages } from "./judge.ts";
import { descendantsFirst, withAncestors } from "./lineage.ts";
import type { DockerRule } from "./rule.ts";

const rule: DockerRule = {
  ...{ kind: "docker", name: "docker", formerly: [], needs: [], socket: "/s" },
  ...{ keepLabels: ["keep"], keepImages: ["kept"] },
  ...{ stoppedContainersOlderThanMs: 100, unusedImagesOlderThanMs: 100, buildCacheOlderThanMs: 100 },
};
const nowMs = 1_000;

function container(changes: Partial<Container>): Container {
  const none = { id: "c", name: "c", imageId: "i", image: "i", labels: {} };
  return { ...none, state: "exited", endedMs: 900, ...changes };
}

test("D13: only a container that Docker calls stopped is ever due, and never one of unknown age", () => {
  const judge = (changes: Partial<Container>) => judgeContainer(rule, container(changes), nowMs);
  for (const state of ["exited", "created", "dead"]) assert.equal(judge({ state }), undefined, state);
  for (const state of ["running", "paused", "restarting", "removing", "stopping", "", "new-in-some-version"]) {
    assert.equal(judge({ state, endedMs: 0 }), "running", state);
  }
  assert.equal(judge({ endedMs: 901 }), "too-young");
  assert.equal(judge({ endedMs: 1_001 }), "from-the-future");
  assert.equal(judge({ endedMs: undefined }), "age-unknown");
  assert.equal(judge({ labels: { keep: "" } }), "protected");
});

/** Things that stand on earlier ones, as layers do. */
const lineage = fc
  .array(fc.tuple(fc.option(fc.nat(30)), fc.nat(200), fc.constantFrom("free", "free", "used", "kept")), {
    maxLength: 30,
  })
  .map((rows) =>
    rows.map(([parent, age, fate], index) => ({
      id: `sha256:${index}`,
      parents: parent === null || parent >= index ? [] : [`sha256:${parent}`],
      sinceMs: nowMs - age,
      fate,
    })),
  );

test("what stays keeps all that it stands on; the rest goes in an order in which Docker lets it", () => {
  fc.assert(
    fc.property(lineage, (rows) => {
      const images: readonly Image[] = rows.map(({ id, parents, fate }) => ({
        ...{ id, parents, digests: [], labels: {}, sizeBytes: 0 },
        tags: fate === "kept" ? ["kept:1"] : [],
      }));
      const containers = rows.filter(({ fate }) => fate === "used").map(({ id }) => container({ imageId: id }));
      const unused = new Set(unusedImages(rule, images, containers).map(({ id }) => id));
      const unusedSince = new Map(rows.filter(({ id }) => unused.has(id)).map(({ id, sinceMs }) => [id, sinceMs]));
      const verdicts = judgeImages(rule, { images, unusedSince, nowMs });
      const due = descendantsFirst(images.filter(({ id }) => verdicts.get(id) === undefined));

      const left = new Map(images.map((image) => [image.id, image]));
      for (const image of due) {
        const row = rows.find(({ id }) => id === image.id);
        assert.ok(row?.fate === "free" && nowMs - row.sinceMs >= 100);
        const dependent = [...left.values()].filter(({ parents }) => parents.includes(image.id));
        assert.deepEqual(dependent, [], "nothing that is still there stands on it");
        left.delete(image.id);
      }
      for (const { id, fate, sinceMs } of rows) {
        const stays = withAncestors(
          images,
          images.filter((image) => image.id !== id && left.has(image.id)),
        );
        const isDue = fate === "free" && nowMs - sinceMs >= 100 && !stays.has(id);
        assert.equal(left.has(id), !isDue, id);
      }
    }),
  );
});

test("an image that is called by name, by a short id, or by what it was called then is in use", () => {
  const id = `sha256:${"ab".repeat(32)}`;
  const named: Image = { id, parents: [], tags: ["app:1"], digests: ["app@sha256:9"], labels: {}, sizeBytes: 0 };
  for (const image of ["app:1", "app@sha256:9", id, id.slice(7), id.slice(7, 19)]) {
    assert.deepEqual(unusedImages(rule, [named], [container({ imageId: "sha256:unknown", image })]), [], image);
  }
  assert.deepEqual(unusedImages(rule, [named], [container({})]), [named]);
});

test("of the build cache, what is in use, shared with an image, or BuildKit's own stays", () => {
  const record = (id: string, changes: Partial<CacheRecord> = {}): CacheRecord => ({
    ...{ id, parents: [], isInUse: false, isShared: false, isInternal: false, sizeBytes: 1, usedMs: 900 },
    ...changes,
  });
  const records = [
    record("due"),
    record("in-use", { isInUse: true }),
    record("shared", { isShared: true }),
    record("internal", { isInternal: true }),
    record("young", { usedMs: 901, parents: ["below"] }),
    record("below", { parents: ["deeper"] }),
    record("deeper"),
    record("unknown", { usedMs: undefined }),
  ];
  assert.deepEqual(Object.fromEntries(judgeCache(rule, records, nowMs)), {
    due: undefined,
    ...{ "in-use": "in-use", shared: "in-use", internal: "in-use" },
    ...{ young: "too-young", below: "in-use", deeper: "in-use", unknown: "age-unknown" },
  });
});

test("ids that stand on each other in a circle, or on what is not there, end nothing", () => {
  const circle = [
    { id: "a", parents: ["b"] },
    { id: "b", parents: ["a", "nowhere"] },
  ];
  assert.deepEqual([...withAncestors(circle, circle.slice(0, 1))], ["a", "b", "nowhere"]);
  assert.equal(descendantsFirst(circle).length, 2);
});
