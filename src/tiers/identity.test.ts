import assert from "node:assert/strict";
import { mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { scratch } from "../../test/support/scratch.ts";
import { closeFd, open, openRoot } from "../host/posix.ts";
import { rawPath } from "../lib/raw-path.ts";
import { parseIdentity, printIdentity, readIdentity, writeIdentity } from "./identity.ts";

const identity = { uuid: "3f0c12ab-0000-4000-8000-000000000001", name: "warm", createdAt: "2026-11-23T03:15:00.000Z" };

test("printed and parsed, an identity is the same", () => {
  const any = fc.record({ uuid: fc.uuid(), name: fc.string(), createdAt: fc.string() });
  fc.assert(fc.property(any, (value) => assert.deepEqual(parseIdentity(printIdentity(value)), { ...value })));
});

test("anything else is no identity", () => {
  for (const text of ["", "{", "null", "[]", '"x"', "{}", '{"schema":"tierkeep.tier/2"}']) {
    assert.equal(parseIdentity(text), undefined, text);
  }
});

test("it is written once, for root alone, and never replaced", () => {
  using dir = scratch("identity");
  using root = opened(dir.path);
  assert.deepEqual(readIdentity(root.fd), { state: "absent" });
  writeIdentity(root.fd, identity);
  assert.deepEqual(readIdentity(root.fd), { state: "present", identity });
  assert.equal(statSync(`${dir.path}/.tierkeep`).mode & 0o777, 0o700);
  assert.equal(statSync(`${dir.path}/.tierkeep/tier.json`).mode & 0o777, 0o600);
  const other = { ...identity, uuid: "3f0c12ab-0000-4000-8000-000000000002" };
  assert.throws(() => writeIdentity(root.fd, other), { code: "EEXIST" });
  assert.match(readFileSync(`${dir.path}/.tierkeep/tier.json`, "utf8"), /000000000001/);
});

test("M24: a link in its place is not followed", () => {
  using dir = scratch("identity");
  mkdirSync(`${dir.path}/elsewhere`);
  mkdirSync(`${dir.path}/tier`);
  using elsewhere = opened(`${dir.path}/elsewhere`);
  writeIdentity(elsewhere.fd, identity);
  symlinkSync(`${dir.path}/elsewhere/.tierkeep`, `${dir.path}/tier/.tierkeep`);
  using root = opened(`${dir.path}/tier`);
  assert.deepEqual(readIdentity(root.fd), { state: "damaged" });
  assert.throws(() => writeIdentity(root.fd, identity), { code: "ELOOP" });
});

function opened(path: string): Disposable & { readonly fd: number } {
  const fd = openRoot(rawPath(path), open.O_RDONLY | open.O_DIRECTORY);
  return { fd, [Symbol.dispose]: () => closeFd(fd) };
}
