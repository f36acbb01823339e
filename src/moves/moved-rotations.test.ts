import assert from "node:assert/strict";
import { test } from "node:test";
import type { RawPath } from "../lib/raw-path.ts";
import { movedRotations } from "./moved-rotations.ts";

function movedBefore(...paths: readonly string[]) {
  const rotationsOf = (path: RawPath) =>
    paths.filter((each) => each.startsWith(`${path}-`) || each.startsWith(`${path}.`)) as RawPath[];
  const anyBelow = (directory: RawPath) => paths.some((each) => each.startsWith(`${directory}/`));
  const isActive = movedRotations({ anyBelow, rotationsOf });
  return (path: string) => isActive(path as RawPath);
}

test("M34: a log whose rotations were all moved away is still active", () => {
  const isActive = movedBefore("/log/app.log.2.gz", "/log/web-20261101.log", "/log/cron-20261101", "/log/deep.log/x.1");
  for (const path of ["/log/app.log", "/log/web.log", "/log/cron"]) assert.ok(isActive(path), path);
  for (const path of ["/log/app.log.3", "/log/other.log", "/log/deep.log", "/else/app.log"]) {
    assert.ok(!isActive(path), path);
  }
});
