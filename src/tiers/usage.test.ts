import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { needsRoot } from "../../test/support/loop-mount.ts";
import { tierConfig } from "../../test/support/tier-config.ts";
import { mountTmpfs } from "../../test/support/tmpfs-mount.ts";
import { closeFd, open, openRoot } from "../host/posix.ts";
import { rawPath } from "../lib/raw-path.ts";
import { roomOf } from "./usage.ts";

test("room is what is free less the reserve, in bytes and in files", { skip: needsRoot }, async () => {
  await using fs = await mountTmpfs({ sizeMiB: 10, inodes: 1_000 });
  const root = openRoot(rawPath(fs.path), open.O_RDONLY | open.O_DIRECTORY);
  using _ = { [Symbol.dispose]: () => closeFd(root) };
  const config = { ...tierConfig("warm", fs.path), reserveRatio: 0.1 };
  const before = roomOf({ root, config });
  assert.equal(before.sizeBytes, 10 * 2 ** 20);
  assert.equal(before.freeBytes, 9 * 2 ** 20);
  assert.equal(before.freeInodes, 899);
  writeFileSync(`${fs.path}/file`, Buffer.alloc(9.5 * 2 ** 20));
  assert.equal(roomOf({ root, config }).freeBytes, 0);
  assert.equal(roomOf({ root, config }).freeInodes, 898);
});
