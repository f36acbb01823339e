import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { mountBindfs } from "../../test/support/bindfs.ts";
import { mountLoop, needsRoot, unmountAll } from "../../test/support/loop-mount.ts";
import { scratch } from "../../test/support/scratch.ts";
import { tierConfig } from "../../test/support/tier-config.ts";
import { closeFd } from "../host/posix.ts";
import { OperatorError } from "../lib/errors.ts";
import { readIdentity, writeIdentity } from "./identity.ts";
import { inspectTier, openTierPath, type TierFacts } from "./inspect.ts";
import { judgeIdentity } from "./judge.ts";
import { openTier } from "./open.ts";
import type { TierConfig, TierPin } from "./tier.ts";

const uuid = "3f0c12ab-0000-4000-8000-000000000001";

test("a mounted tier opens, and stays itself when it is unmounted under its holder", { skip: needsRoot }, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 16 });
  const config = tierConfig("warm", fs.path);
  const pin = mark(config);
  using tier = openTier(config, pin);
  assert.equal(tier.uuid, uuid);
  assert.equal(tier.filesystemType, "ext4");
  unmountAll(fs.path);
  assert.equal(verdictOf(config, pin), "tier-not-mounted");
  assert.equal(readIdentity(tier.root).state, "present");
});

for (const type of ["ext4", "xfs", "btrfs"] as const) {
  test(`the id of ${type} survives a remount`, { skip: needsRoot }, async () => {
    await using fs = await mountLoop({ type, sizeMiB: type === "btrfs" ? 128 : 64 });
    const before = inspectTier(tierConfig("warm", fs.path)).mount?.filesystemId;
    fs.unmount();
    fs.remount();
    assert.match(before ?? "", /^[0-9a-f]{8}-/);
    assert.equal(inspectTier(tierConfig("warm", fs.path)).mount?.filesystemId, before);
  });
}

test("M3, M4: an unmounted tier is unavailable, never an empty tree", { skip: needsRoot }, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 16 });
  const config = tierConfig("warm", fs.path);
  const pin = mark(config);
  fs.unmount();
  const error = thrown(() => openTier(config, pin));
  assert.equal(error.code, "TIER_IDENTITY");
  assert.match(error.facts.expected ?? "", /^tier 3f0c12ab… on UUID [0-9a-f]{8}… \(ext4, "warm"\)$/);
  assert.match(error.facts.found ?? "", /^no identity, on (UUID|fsid) .*the root file system\)$/);
  assert.equal(error.hint, `${fs.path} is probably not mounted: mount ${fs.path}`);
});

test("M3: an identity copied onto the root file system does not make it the tier", { skip: needsRoot }, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 16 });
  const config = tierConfig("warm", fs.path);
  const pin = mark(config);
  fs.unmount();
  mark(config);
  assert.equal(verdictOf(config, pin), "tier-not-mounted");
  assert.equal(verdictOf({ ...config, directory: true }, pin), "tier-identity");
});

test("M2: a tier's identity on another file system is not the tier", { skip: needsRoot }, async () => {
  await using one = await mountLoop({ type: "ext4", sizeMiB: 16 });
  await using other = await mountLoop({ type: "xfs", sizeMiB: 64 });
  const pin = mark(tierConfig("warm", one.path));
  const config = tierConfig("warm", other.path);
  assert.equal(verdictOf(config, pin), "tier-identity");
  mark(config);
  const error = thrown(() => openTier(config, pin));
  assert.match(error.hint ?? "", /tierkeep tier adopt warm --moved/);
});

test("a clone that is mounted, too, stops both", { skip: needsRoot }, async () => {
  await using one = await mountLoop({ type: "xfs", sizeMiB: 64 });
  const config = tierConfig("warm", one.path);
  const pin = mark(config);
  one.unmount();
  await using copy = await mountLoop({ type: "xfs", sizeMiB: 64, cloneOf: one.image, options: ["nouuid"] });
  one.remount();
  await assertMountedApart(one.path, copy.path, config);
  const error = thrown(() => openTier(config, pin));
  assert.equal(error.code, "TIER_CLONED");
  assert.equal(error.hint, `unmount the one that is not warm: umount ${copy.path}`);
});

async function assertMountedApart(one: string, copy: string, config: TierConfig): Promise<void> {
  assert.deepEqual(inspectTier(config).clones, [copy]);
  assert.deepEqual(inspectTier({ ...config, path: copy }).clones, [one]);
}

test("what was configured as another type is refused by type", { skip: needsRoot }, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 16 });
  const config = { ...tierConfig("cold", fs.path), filesystemType: "nfs4" };
  assert.equal(verdictOf(config, mark(config)), "wrong-filesystem-type");
});

test("a directory serves where the configuration says so, and needs its identity too", () => {
  using dir = scratch("tier");
  const plain = tierConfig("warm", dir.path);
  assert.equal(verdictOf(plain, undefined), "tier-not-mounted");
  const config = { ...plain, directory: true };
  assert.equal(verdictOf(config, undefined), "not-adopted");
  const pin = mark(config);
  assert.equal(verdictOf(config, pin), "ok");
  assert.equal(verdictOf(config, { ...pin, uuid: "3f0c12ab-0000-4000-8000-000000000002" }), "tier-identity");
});

test("a missing path, a file in its place, a torn identity", () => {
  using dir = scratch("tier");
  const config = { ...tierConfig("warm", `${dir.path}/absent`), directory: true };
  assert.equal(thrown(() => openTier(config, undefined)).code, "TIER_UNAVAILABLE");
  writeFileSync(`${dir.path}/file`, "");
  assert.equal(verdictOf({ ...config, path: `${dir.path}/file` }, undefined), "tier-not-mounted");
  mkdirSync(`${dir.path}/torn/.tierkeep`, { recursive: true });
  writeFileSync(`${dir.path}/torn/.tierkeep/tier.json`, '{"schema": "tierkeep.ti');
  assert.equal(inspectTier({ ...config, path: `${dir.path}/torn` }).identity.state, "damaged");
});

test("a FUSE mount is known by its source, and a tier on it opens", { skip: needsRoot }, async () => {
  using dir = scratch("tier");
  await using fuse = await mountBindfs(dir.path);
  const config = tierConfig("cold", fuse.path);
  const pin = mark(config);
  assert.equal(pin.filesystemType, "fuse");
  assert.equal(pin.filesystemId, dir.path);
  assert.equal(verdictOf(config, pin), "ok");
});

test("facts survive the way from a probe child", () => {
  using dir = scratch("tier");
  const config = { ...tierConfig("warm", dir.path), directory: true };
  const pin = mark(config);
  const facts = JSON.parse(JSON.stringify(inspectTier(config))) as TierFacts;
  assert.deepEqual(judgeIdentity(config, pin, facts), { ok: true, uuid, checked: true });
});

/** Adopts by hand: writes the identity and makes the pin of what is there. */
function mark(config: TierConfig): TierPin {
  const opened = openTierPath(config);
  assert.ok("fd" in opened);
  writeIdentity(opened.fd, { uuid, name: config.name, createdAt: "2026-11-23T00:00:00.000Z" });
  closeFd(opened.fd);
  const { mount } = inspectTier(config);
  assert.ok(mount?.filesystemId !== undefined);
  return {
    tier: config.name,
    uuid,
    mountPoint: mount.mountPoint,
    filesystemType: mount.filesystemType,
    filesystemId: mount.filesystemId,
    directory: config.directory,
    adoptedAt: "2026-11-23T00:00:00.000Z",
  };
}

function verdictOf(config: TierConfig, pin: TierPin | undefined): string {
  const verdict = judgeIdentity(config, pin, inspectTier(config));
  return verdict.ok ? "ok" : verdict.id;
}

function thrown(action: () => unknown): OperatorError {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof OperatorError, String(error));
    return error;
  }
  return assert.fail("nothing was thrown");
}
