import assert from "node:assert/strict";
import type { Catalog } from "../../src/catalog/catalog.ts";
import type { RawPath } from "../../src/lib/raw-path.ts";
import { nowMs, place, publishOne, seqs, staged, verified } from "./operations.ts";
import { checkPlacements, checkStoredAgain } from "./placements.ts";

const owner = { run: "20261123T041500Z-7f3a", job: "logs" };

/** What every catalog must do, whatever holds it; `open` opens it anew each time, as the next run does. */
export function checkCatalog(open: () => Catalog): void {
  for (const check of [
    checkStaging,
    checkProtocol,
    checkDropping,
    checkDone,
    checkPlacements,
    checkStoredAgain,
    checkRestores,
    checkDecisions,
  ]) {
    check(open);
  }
}

/** A staging folder is known from before it is made until it is gone. */
function checkStaging(open: () => Catalog): void {
  using catalog = open();
  const { journal } = catalog;
  assert.deepEqual(journal.stagingOf("logs"), []);
  journal.beginStaging({ ...owner, tier: "warm", tierUuid: "u1" });
  journal.beginStaging({ ...owner, tier: "warm", tierUuid: "u1" });
  journal.beginStaging({ ...owner, job: "other", tier: "cold", tierUuid: "u2" });
  using second = open();
  assert.deepEqual(second.journal.stagingOf("logs"), [{ ...owner, tier: "warm", tierUuid: "u1" }]);
  journal.endStaging(owner);
  journal.endStaging({ ...owner, job: "other" });
  assert.deepEqual([second.journal.stagingOf("logs"), second.journal.stagingOf("other")], [[], []]);
}

/** Each state is there for who opens the catalog anew, with every fact as it was given. */
function checkProtocol(open: () => Catalog): void {
  const batch = { ...owner, first: 1, last: 3 };
  const operations = [1, 2, 3].map((seq) => staged(owner, seq));
  change(open, ({ journal }) => journal.stage(batch, place, operations));
  const [left] = look(open, ({ journal }) => journal.unfinished(owner));
  assert.deepEqual([left?.state, left?.tier, left?.root, left?.key], ["staged", place.tier, place.root, batch]);
  assert.deepEqual(
    left?.operations,
    operations.map((operation) => ({ ...operation, verified: undefined })),
  );
  assert.equal(
    look(open, ({ journal }) => journal.lastSeq(owner)),
    3,
  );

  const facts = verified(1);
  change(open, ({ journal }) =>
    journal.verify(
      batch,
      [1, 3].map((seq) => ({ operation: staged(owner, seq), facts: verified(seq) })),
      [{ ...owner, seq: 2 }],
    ),
  );
  const [proved] = look(open, ({ journal }) => journal.unfinished(owner));
  assert.equal(proved?.state, "verified");
  assert.deepEqual(
    proved?.operations.map((operation) => operation.seq),
    [1, 3],
    "the dropped one is forgotten",
  );
  assert.deepEqual(proved?.operations[0]?.verified, facts);
  assert.deepEqual(
    look(open, ({ placements }) => [...placements.all()]),
    [],
    "no placement before it is published",
  );

  change(open, ({ journal }) => journal.publish(batch, { host: "jts-1", nowMs }));
  assert.equal(look(open, ({ journal }) => journal.unfinished(owner))[0]?.state, "published");
  const [placement] = look(open, ({ placements }) => placements.ofPath("/var/log/file-1\xff\n" as RawPath));
  assert.deepEqual(placement, {
    id: `${owner.run}.logs.1`,
    host: "jts-1",
    job: "logs",
    tier: "warm",
    path: "/var/log/file-1\xff\n",
    storedAs: facts.storedAs,
    state: "stored",
    movedAtMs: nowMs,
    modifiedNs: operations[0]?.identity.modifiedNs,
    sizeBytes: 1_001,
    storedBytes: facts.storedBytes,
    sha256: facts.sha256,
    storedSha256: facts.storedSha256,
    compression: "zstd",
    facts: placement?.facts,
    linkGroup: `${owner.run}.logs.1`,
    verifiedAtMs: nowMs,
  });
  assert.deepEqual(placement?.facts, { uid: 1, gid: 2, mode: 0o640, accessedNs: "5" });

  change(open, ({ journal }) => {
    journal.finish(batch, nowMs);
    assert.deepEqual(journal.unfinished(owner), [], "settled when it is asked for");
  });
  assert.deepEqual(
    look(open, ({ journal }) => journal.unfinished(owner)),
    [],
  );
  assert.equal(
    look(open, ({ journal }) => journal.lastSeq(owner)),
    3,
  );
}

/** What came to nothing leaves nothing; other runs and jobs are not touched. */
function checkDropping(open: () => Catalog): void {
  const [mine, others] = [
    { run: "r1", job: "a" },
    { run: "r1", job: "b" },
  ];
  using catalog = open();
  const { journal } = catalog;
  for (const each of [mine, others])
    journal.stage({ ...each, first: 1, last: 2 }, place, [staged(each, 1), staged(each, 2)]);
  journal.drop({ ...mine, first: 1, last: 2 }, [{ ...mine, seq: 1 }]);
  assert.deepEqual(seqs(journal.unfinished(mine)), [[2]]);
  journal.dropBatch({ ...mine, first: 1, last: 2 });
  assert.deepEqual(journal.unfinished(mine), []);
  assert.deepEqual(seqs(journal.unfinished(others)), [[1, 2]]);
  assert.deepEqual(journal.unfinished({ run: "r2", job: "b" }), []);
  journal.dropBatch({ ...others, first: 1, last: 2 });
}

/** A finished batch is forgotten after its time, an unfinished one never; `finish` is written with the next commit. */
function checkDone(open: () => Catalog): void {
  const each = { run: "r9", job: "logs" };
  const [first, second] = [
    { ...each, first: 1, last: 1 },
    { ...each, first: 2, last: 2 },
  ];
  change(open, ({ journal }) => {
    for (const batch of [first, second]) publishOne(journal, batch);
    journal.finish(first, 1_000);
    journal.drop(second, []);
  });
  assert.deepEqual(
    look(open, ({ journal }) => seqs(journal.unfinished(each))),
    [[2]],
  );
  change(open, ({ journal }) => {
    journal.forgetDoneBefore(3_000);
    assert.deepEqual(seqs(journal.unfinished(each)), [[2]], "what is not done is not forgotten");
    journal.finish(second, 2_000);
    journal.forgetDoneBefore(3_000);
  });
  for (const id of ["r9.logs.1", "r9.logs.2"]) {
    assert.equal(look(open, ({ placements }) => placements.byId(id))?.state, "stored", "placements stay");
  }
  assert.equal(
    look(open, ({ journal }) => journal.lastSeq(each)),
    2,
    "and no number is given twice",
  );
}

/** What is coming back is to be left alone from before it has its name; what failed is not. */
function checkRestores(open: () => Catalog): void {
  const target = "/var/\xfflog/a" as RawPath;
  const half = { target, name: ".tierkeep-1" as RawPath };
  const back = (path: RawPath, sinceMs: number) => look(open, ({ restores }) => restores.restoredAfter(path, sinceMs));
  const any = (sinceMs: number) => look(open, ({ restores }) => restores.anyAfter(sinceMs));
  change(open, ({ restores }) => restores.begin([half], 4_000));
  assert.deepEqual(
    look(open, ({ restores }) => restores.unfinished()),
    [half],
  );
  assert.deepEqual([back(target, 3_999), back(target, 4_000), any(3_999), any(4_000)], [true, false, true, false]);
  change(open, ({ restores }) => restores.end([half], { paths: [], nowMs: 4_500 }));
  assert.deepEqual([back(target, 0), any(0)], [false, false]);
  change(open, ({ restores }) => {
    restores.begin([half], 4_900);
    restores.end([half], { paths: [target], nowMs: 5_000 });
    restores.begin([half], 6_000);
    restores.end([half], { paths: [], nowMs: 6_100 });
  });
  assert.deepEqual([back(target, 4_999), back(target, 5_000), any(4_999), any(5_000)], [true, false, true, false]);
  assert.equal(back("/var/log/b" as RawPath, 0), false);
}

function checkDecisions(open: () => Catalog): void {
  const approval = { job: "logs", fingerprint: "f1", rule: "{}", approvedAtMs: nowMs, approvedBy: "root" };
  const pin = {
    tier: "warm",
    uuid: "u1",
    mountPoint: "/mnt/warm",
    filesystemType: "ext4",
    filesystemId: "id",
    directory: false,
    adoptedAt: "2026-11-23T04:15:00.000Z",
  };
  change(open, ({ decisions }) => {
    decisions.saveApproval(approval);
    decisions.saveApproval({ ...approval, fingerprint: "f2" });
    decisions.savePin(pin);
  });
  using catalog = open();
  assert.deepEqual(catalog.decisions.approvalOf("logs"), { ...approval, fingerprint: "f2" });
  assert.deepEqual([catalog.decisions.pinOf("warm"), catalog.decisions.pinOf("cold")], [pin, undefined]);
  assert.equal(catalog.decisions.approvalOf("none"), undefined);
}

function change(open: () => Catalog, deed: (catalog: Catalog) => void): void {
  using catalog = open();
  deed(catalog);
}

function look<T>(open: () => Catalog, question: (catalog: Catalog) => T): T {
  using catalog = open();
  return question(catalog);
}
