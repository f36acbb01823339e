import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { openCatalog } from "../../src/catalog/catalog.ts";
import { openDatabaseToRead } from "../../src/catalog/database.ts";
import { OperatorError } from "../../src/lib/errors.ts";
import { openTier } from "../../src/tiers/open.ts";
import { needsRoot } from "../support/loop-mount.ts";
import { scratch } from "../support/scratch.ts";
import { tierConfig } from "../support/tier-config.ts";

test("a catalog that this user may not see is not taken for none", { skip: needsRoot }, () => {
  using place = scratch("other-user");
  chmodSync(place.path, 0o755);
  const state = `${place.path}/state`;
  mkdirSync(state, { mode: 0o700 });
  writeFileSync(`${state}/catalog.db`, "");
  assert.equal(openDatabaseToRead(`${state}/none.db`), undefined);
  const error = thrownAsNobody(() => openDatabaseToRead(`${state}/catalog.db`));
  assert.equal(error.code, "STATE_DIR");
  assert.equal(error.message, `the catalog ${state}/catalog.db cannot be used: this user may not read and write there`);
  assert.match(error.hint ?? "", /^run as root/);
});

test("a state directory that this user may not make is told in words", { skip: needsRoot }, () => {
  using place = scratch("other-user");
  chmodSync(place.path, 0o755);
  const error = thrownAsNobody(() => openCatalog(`${place.path}/state`));
  const told = `the state directory ${place.path}/state cannot be made: this user may not read and write there`;
  assert.deepEqual([error.code, error.message], ["STATE_DIR", told]);
  assert.match(error.hint ?? "", /^run as root/);
});

test("a tier whose identity this user may not read is not called unadopted", { skip: needsRoot }, () => {
  using place = scratch("other-user");
  chmodSync(place.path, 0o755);
  mkdirSync(`${place.path}/.tierkeep`, { mode: 0o700 });
  writeFileSync(`${place.path}/.tierkeep/tier.json`, "{}");
  const config = { ...tierConfig("warm", place.path), directory: true };
  const error = thrownAsNobody(() => openTier(config, undefined));
  assert.equal(error.message, "warm cannot be recognised: this user may not read its identity");
  assert.equal(error.hint, "run as root");
});

/** In this process, which has this file's tests alone. */
function thrownAsNobody(work: () => unknown): OperatorError {
  process.seteuid?.(65_534);
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof OperatorError, String(error));
    return error;
  } finally {
    process.seteuid?.(0);
  }
  return assert.fail("nothing was refused");
}
