import assert from "node:assert/strict";
import { test } from "node:test";
import type { Image } from "./images.ts";
import { hasKeepLabel, isProtectedImage } from "./protected.ts";

const hex = "0123456789abcdef".repeat(4);

function image(changes: Partial<Image>): Image {
  return { id: `sha256:${hex}`, parents: [], tags: [], digests: [], labels: {}, sizeBytes: 0, ...changes };
}

test("a label protects by its name, whatever its value; an entry with a value asks for that one", () => {
  const has = (keepLabels: readonly string[], labels: Record<string, string>) => hasKeepLabel({ keepLabels }, labels);
  assert.ok(has(["tierkeep.keep"], { "tierkeep.keep": "false" }));
  assert.ok(has(["x", "tierkeep.keep"], { "tierkeep.keep": "" }));
  assert.ok(has(["stage=prod"], { stage: "prod" }));
  assert.ok(!has(["stage=prod"], { stage: "test" }));
  assert.ok(!has(["tierkeep.keep"], { "tierkeep.keeper": "" }));
  assert.ok(!has(["toString"], {}), "what every object has is no label");
  assert.ok(!has([], { a: "" }));
});

const kept: readonly [string, Partial<Image>][] = [
  ["postgres", { tags: ["postgres:16"] }],
  ["postgres", { tags: ["other:1", "postgres:latest"] }],
  ["postgres", { digests: [`postgres@sha256:${hex}`] }],
  ["postgres:16", { tags: ["postgres:16"] }],
  ["docker.io/library/postgres:16", { tags: ["postgres:16"] }],
  ["index.docker.io/grafana/grafana", { tags: ["grafana/grafana:9"] }],
  ["postgres", { tags: ["docker.io/library/postgres:16"] }],
  ["localhost:5000/app", { tags: ["localhost:5000/app:1"] }],
  ["localhost:5000/app:1", { tags: ["localhost:5000/app:1"] }],
  [`postgres@sha256:${hex}`, { digests: [`postgres@sha256:${hex}`] }],
  [`sha256:${"9".repeat(64)}`, { digests: [`postgres@sha256:${"9".repeat(64)}`] }],
  [`sha256:${hex}`, {}],
  [hex.slice(0, 12), {}],
];

const free: readonly [string, Partial<Image>][] = [
  ["postgres", { tags: ["postgresql:16"] }],
  ["postgres", { tags: ["me/postgres:16"] }],
  ["postgres:16", { tags: ["postgres:17"] }],
  ["localhost", { tags: ["localhost:5000/app:1"] }],
  ["registry/postgres", { tags: ["postgres:16"] }],
  ["0123", {}],
  ["", { tags: ["postgres:16"] }],
];

test("keep_images names an image with or without its tag, by its digest or its id", () => {
  for (const [entry, changes] of kept) {
    assert.ok(isProtectedImage({ keepLabels: [], keepImages: ["x", entry] }, image(changes)), entry);
  }
  for (const [entry, changes] of free) {
    assert.ok(!isProtectedImage({ keepLabels: [], keepImages: [entry] }, image(changes)), `${entry}: ${changes.tags}`);
  }
});
