import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { verified } from "../../test/contract/operations.ts";
import { scratch } from "../../test/support/scratch.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { type Catalog, openCatalog } from "./catalog.ts";
import { type ManifestLine, printManifestLine, storedLine } from "./manifest.ts";
import { parseManifestLine } from "./manifest-parse.ts";
import { operationId, type StagedOperation } from "./operation.ts";

/** What a run does with one batch of its job. */
interface BatchPlan {
  /** Which of ten paths, and which of three versions of it. */
  readonly files: readonly { readonly path: number; readonly version: number; readonly linked: boolean }[];
  /** How many of the first files find their names taken. */
  readonly taken: number;
  /** It dies after the manifest and is finished later, which announces it once more. */
  readonly isRecovered: boolean;
}

const batchPlan: fc.Arbitrary<BatchPlan> = fc.record({
  files: fc.array(fc.record({ path: fc.nat(9), version: fc.nat(2), linked: fc.boolean() }), {
    minLength: 1,
    maxLength: 5,
  }),
  taken: fc.nat(1),
  isRecovered: fc.boolean(),
});
const runs = fc.array(fc.record({ batches: fc.array(batchPlan, { maxLength: 3 }), removes: fc.nat(2) }), {
  maxLength: 5,
});
const place = { tier: "warm", root: "/var/\xfflog" as RawPath };
const host = "jts-1";

test("D17: whatever runs have done, the manifests make the same placements again, also into a catalog that knows them", () => {
  fc.assert(
    fc.property(runs, fc.boolean(), (plan, isTwice) => {
      using dir = scratch("import");
      using live = openCatalog(`${dir.path}/live`);
      using fresh = openCatalog(`${dir.path}/fresh`);
      const manifests = plan.map((run, index) => doRun(live, { ...run, index }));
      for (const round of isTwice ? [fresh, fresh, live] : [fresh]) takeAll(round, manifests);
      assert.deepEqual([...fresh.placements.all()], [...live.placements.all()]);
      for (const [index] of manifests.entries()) {
        const owner = { run: runId(index), job: "logs" };
        assert.ok(fresh.journal.lastSeq(owner) <= live.journal.lastSeq(owner));
      }
      assert.deepEqual([fresh.integrityProblems(), live.integrityProblems()], [[], []]);
    }),
    { numRuns: 25 },
  );
});

function takeAll(catalog: Catalog, manifests: readonly (readonly ManifestLine[])[]): void {
  for (const lines of manifests) {
    const into = catalog.importManifest("warm");
    // In pieces, as they are read, and through text.
    for (let at = 0; at < lines.length; at += 3) {
      const piece = lines.slice(at, at + 3).map((line) => parseManifestLine(printManifestLine(line).trimEnd()));
      assert.equal(into.take(piece.filter((line) => typeof line === "object")), 0);
    }
    into.end();
  }
}

/** Does a run on the journal as a move does, and returns the lines of its manifest. */
function doRun(
  catalog: Catalog,
  plan: { batches: readonly BatchPlan[]; removes: number; index: number },
): ManifestLine[] {
  const lines: ManifestLine[] = [];
  const run = runId(plan.index);
  let atMs = plan.index * 1_000_000;
  let seq = 0;
  for (const { files, taken, isRecovered } of plan.batches) {
    const first = seq + 1;
    const operations = files.map((file, index) => operationOf({ run, seq: ++seq, leader: first, file, index }));
    const batch = { run, job: "logs", first, last: seq };
    catalog.journal.stage(batch, place, operations);
    const facts = operations.map((operation) => ({ operation, facts: factsOf(operation) }));
    catalog.journal.verify(batch, facts, []);
    const announce = () => {
      atMs += 10;
      for (const each of facts) lines.push(storedLine(each.operation, each.facts, { host, atMs, ...place }));
    };
    announce();
    if (isRecovered) announce();
    const gone = operations.slice(0, taken);
    for (const operation of gone) lines.push({ fact: "withdrawn", id: operationId(operation), atMs, reason: "taken" });
    catalog.journal.drop(batch, gone);
    catalog.journal.publish(batch, { host, nowMs: atMs });
    catalog.journal.finish(batch, atMs);
  }
  catalog.journal.forgetDoneBefore(0);
  return [...lines, ...remove(catalog, { count: plan.removes, atMs })];
}

/** No verb removes what is stored yet; the lines are known already. */
function remove(catalog: Catalog, { count, atMs }: { count: number; atMs: number }): ManifestLine[] {
  const doomed = [...catalog.placements.all()].filter(({ state }) => state === "stored").slice(0, count);
  const lines: ManifestLine[] = doomed.map(({ id }) => ({ fact: "removed", id, atMs, reason: "retention" }));
  const into = catalog.importManifest("warm");
  into.take(lines);
  into.end();
  for (const { id } of doomed) assert.equal(catalog.placements.byId(id)?.state, "removed");
  return lines;
}

function runId(index: number): string {
  return `20261123T04150${index}Z-000${index}`;
}

interface Planned {
  readonly run: string;
  readonly seq: number;
  readonly leader: number;
  readonly file: BatchPlan["files"][number];
  readonly index: number;
}

function operationOf({ run, seq, leader, file, index }: Planned): StagedOperation {
  const modifiedNs = 1_763_871_300_123_456_789n + BigInt(file.version);
  const identity = { device: 1, inode: BigInt(seq), sizeBytes: 10, modifiedNs, changedNs: 0n, links: 1 };
  // A path comes once in a batch.
  const path = `d${file.path}/f\xff${index}` as RawPath;
  return { run, job: "logs", seq, path, identity, linkGroup: file.linked ? leader : undefined };
}

function factsOf({ path, seq }: StagedOperation) {
  return { ...verified(1), storedAs: `jts-1/logs/${path}` as RawPath, storedBytes: seq };
}
