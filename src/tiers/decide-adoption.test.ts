import assert from "node:assert/strict";
import { test } from "node:test";
import { tierConfig } from "../../test/support/tier-config.ts";
import { OperatorError } from "../lib/errors.ts";
import { type AdoptRequest, decideAdoption } from "./decide-adoption.ts";
import type { MountFacts, TierFacts } from "./inspect.ts";
import type { TierPin } from "./tier.ts";

const uuid = "3f0c12ab-0000-4000-8000-000000000001";
const otherUuid = "77ab0112-0000-4000-8000-000000000002";
const config = tierConfig("warm", "/mnt/warm");

const mount: MountFacts = {
  device: "8:17",
  mountPoint: "/mnt/warm",
  filesystemType: "ext4",
  source: "/dev/sdb1",
  filesystemId: "9a1e0c5e-1111-2222-3333-444455556666",
  isRoot: true,
  isSystem: false,
  readOnly: false,
};

const pin: TierPin = {
  tier: "warm",
  uuid,
  mountPoint: "/mnt/warm",
  filesystemType: "ext4",
  filesystemId: mount.filesystemId ?? "",
  directory: false,
  adoptedAt: "2026-11-01T00:00:00.000Z",
};

const blank: TierFacts = {
  tier: "warm",
  path: "/mnt/warm",
  errorCode: undefined,
  mount,
  identity: { state: "absent" },
  clones: [],
};
const marked = carrying(uuid, "warm");
const newDisk: MountFacts = { ...mount, filesystemId: "51d20000-1111-2222-3333-444455556666" };

test("a blank file system becomes a tier; one that another host marked is joined", () => {
  assert.equal(kindOf({}, blank), "new");
  assert.equal(kindOf({}, marked), "join");
  assert.equal(decideAdoption(request({}), marked).identity?.uuid, uuid);
});

test("a known tier is known again, wherever it is mounted", () => {
  assert.equal(kindOf({ pin }, marked), "again");
  assert.equal(kindOf({ pin }, { ...marked, mount: { ...mount, mountPoint: "/srv/warm", device: "8:33" } }), "again");
});

test("a tier of another name is refused, whatever is said", () => {
  const other = carrying(otherUuid, "backup");
  assert.equal(refusedBy({}, other).code, "ADOPT_REFUSED");
  const error = refusedBy({ pin, replace: true, moved: true }, other);
  assert.equal(error.message, '/mnt/warm carries the identity of the tier "backup"');
});

test("a known identity on another file system needs --moved", () => {
  const moved = { ...marked, mount: newDisk };
  const error = refusedBy({ pin, replace: true }, moved);
  assert.match(error.hint ?? "", /tierkeep tier adopt warm --moved$/);
  assert.equal(error.facts.expected, 'tier 3f0c12ab… on UUID 9a1e0c5e… (ext4, "warm")');
  assert.equal(error.facts.found, 'tier 3f0c12ab… on UUID 51d20000… (ext4, "warm")');
  assert.equal(kindOf({ pin, moved: true }, moved), "moved");
});

test("a blank disk in a known tier's place needs --replace, and so does another tier of the name", () => {
  for (const facts of [{ ...blank, mount: newDisk }, blank, carrying(otherUuid, "warm")]) {
    assert.match(refusedBy({ pin, moved: true }, facts).hint ?? "", /tierkeep tier adopt warm --replace$/);
    assert.equal(kindOf({ pin, replace: true }, facts), "replace");
  }
});

test("M3: what is not mounted is refused, with --replace too", () => {
  const unmounted = { ...blank, mount: { ...mount, mountPoint: "/", isRoot: false, isSystem: true } };
  assert.equal(refusedBy({}, unmounted).message, "warm: /mnt/warm is not a mount point");
  const error = refusedBy({ pin, replace: true }, unmounted);
  assert.equal(error.code, "TIER_UNFIT");
  assert.equal(error.hint, "/mnt/warm is probably not mounted: mount /mnt/warm");
});

test("the root file system is a tier only as a directory", () => {
  const system = { ...blank, mount: { ...mount, isSystem: true } };
  assert.match(refusedBy({}, system).message, /is on the root file system/);
  const asDirectory = { ...request({}), config: { ...config, directory: true } };
  assert.equal(decideAdoption(asDirectory, system).kind, "new");
});

test("clones, damage, read-only, the wrong type, no rights", () => {
  assert.equal(refusedBy({}, { ...marked, clones: ["/mnt/copy"] }).code, "TIER_CLONED");
  assert.equal(refusedBy({}, { ...blank, identity: { state: "damaged" } }).code, "ADOPT_REFUSED");
  assert.equal(refusedBy({}, { ...blank, mount: { ...mount, readOnly: true } }).code, "TIER_UNFIT");
  assert.equal(refusedBy({}, { ...blank, identity: { state: "unreadable" } }).hint, "run as root");
  const wants = { ...request({}), config: { ...config, filesystemType: "nfs4" } };
  assert.throws(() => decideAdoption(wants, blank), { code: "TIER_UNFIT" });
  assert.equal(refusedBy({}, { ...blank, mount: undefined, errorCode: "ENOENT" }).code, "TIER_UNFIT");
  assert.equal(refusedBy({}, { ...blank, mount: undefined, errorCode: "EIO" }).code, "TIER_UNAVAILABLE");
});

function carrying(identityUuid: string, name: string): TierFacts {
  const createdAt = "2026-11-01T00:00:00.000Z";
  return { ...blank, identity: { state: "present", identity: { uuid: identityUuid, name, createdAt } } };
}

function request(said: Partial<AdoptRequest>): AdoptRequest {
  return { config, pin: undefined, moved: false, replace: false, ...said };
}

function kindOf(said: Partial<AdoptRequest>, facts: TierFacts): string {
  return decideAdoption(request(said), facts).kind;
}

function refusedBy(said: Partial<AdoptRequest>, facts: TierFacts): OperatorError {
  try {
    decideAdoption(request(said), facts);
  } catch (error) {
    assert.ok(error instanceof OperatorError, String(error));
    return error;
  }
  return assert.fail("nothing was refused");
}
