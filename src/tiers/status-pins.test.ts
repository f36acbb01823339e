import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { scratch } from "../../test/support/scratch.ts";
import { readPinStatus, writePinStatus } from "./status-pins.ts";
import type { TierPin } from "./tier.ts";

const pin: TierPin = {
  tier: "warm",
  uuid: "3f0c12ab-0000-4000-8000-000000000001",
  mountPoint: "/mnt/warm",
  filesystemType: "ext4",
  filesystemId: "9a1e0c5e-1111-2222-3333-444455556666",
  directory: false,
  adoptedAt: "2026-11-01T00:00:00.000Z",
};
const facts = { now: Date.UTC(2026, 10, 23, 4, 15), host: "jts-1" };

test("pins are read as they were written, by everybody, whatever the umask", () => {
  using dir = scratch("status");
  const runtime = `${dir.path}/run`;
  const umask = process.umask(0o077);
  try {
    writePinStatus(runtime, [pin], facts);
  } finally {
    process.umask(umask);
  }
  const status = readPinStatus(runtime);
  assert.deepEqual(status?.pins.get("warm"), pin);
  assert.equal(status?.writtenAt, "2026-11-23T04:15:00.000Z");
  assert.equal(statSync(runtime).mode & 0o777, 0o755);
  assert.equal(statSync(`${runtime}/status.json`).mode & 0o777, 0o644);
});

test("what others wrote into the file stays, and a pin that is gone goes", () => {
  using dir = scratch("status");
  writePinStatus(dir.path, [pin], facts);
  const file = `${dir.path}/status.json`;
  const document = JSON.parse(readFileSync(file, "utf8")) as object;
  writeFileSync(file, JSON.stringify({ ...document, others: [1] }));
  writePinStatus(dir.path, [{ ...pin, tier: "cold" }], facts);
  assert.deepEqual([...(readPinStatus(dir.path)?.pins.keys() ?? [])], ["cold"]);
  assert.deepEqual((JSON.parse(readFileSync(file, "utf8")) as { others: unknown }).others, [1]);
});

test("C3: a file broken by a full disk is no file, and is written anew", () => {
  using dir = scratch("status");
  for (const broken of ["", '{"schema":"tierkeep.status/1","pi', "[]", "null"]) {
    writeFileSync(`${dir.path}/status.json`, broken);
    assert.equal(readPinStatus(dir.path), undefined);
  }
  writePinStatus(dir.path, [pin], facts);
  assert.equal(readPinStatus(dir.path)?.pins.size, 1);
});

test("no file, no directory, a pin of another shape", () => {
  using dir = scratch("status");
  assert.equal(readPinStatus(`${dir.path}/absent`), undefined);
  writePinStatus(dir.path, [{ ...pin, uuid: 7 } as unknown as TierPin], facts);
  assert.equal(readPinStatus(dir.path)?.pins.size, 0);
});
