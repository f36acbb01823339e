import assert from "node:assert/strict";
import { test } from "node:test";
import type { Placement } from "../catalog/placements.ts";
import { restoreGroups } from "./restore-group.ts";

const mebibyte = 2 ** 20;

test("a group has up to 100 files", () => {
  const sizes = groupSizes(Array.from({ length: 250 }, (_, index) => placement(`/log/${index}`)));
  assert.deepEqual(sizes, [100, 100, 50]);
});

test("a group has up to 64 MiB, and what is larger goes alone", () => {
  const big = (name: string, size: number) => placement(name, size * mebibyte);
  assert.deepEqual(
    groupSizes([big("/a", 40), big("/b", 20), big("/c", 10), big("/d", 900), big("/e", 1)]),
    [2, 1, 1, 1],
  );
});

test("two versions of one path are in different groups, since the first may be in the other's way", () => {
  assert.deepEqual(groupSizes([placement("/a"), placement("/b"), placement("/a")]), [2, 1]);
});

test("nothing makes no group", () => {
  assert.deepEqual(groupSizes([]), []);
});

function groupSizes(placements: readonly Placement[]): readonly number[] {
  return [...restoreGroups(placements)].map((group) => group.length);
}

function placement(path: string, sizeBytes = 1_000): Placement {
  return { path, sizeBytes } as Placement;
}
