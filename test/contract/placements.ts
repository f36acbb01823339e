import assert from "node:assert/strict";
import type { Catalog } from "../../src/catalog/catalog.ts";
import type { RawPath } from "../../src/lib/raw-path.ts";
import { publishOne } from "./operations.ts";

/** Newest first, by path, within a directory only what lies below it. */
export function checkPlacements(open: () => Catalog): void {
  using catalog = open();
  const { journal, placements } = catalog;
  const each = { run: "r7", job: "tree" };
  const paths = ["d/a", "d/a", "d/b/c", "d.x", "d0", "e"];
  paths.forEach((path, index) => {
    publishOne(journal, { ...each, first: index + 1, last: index + 1 }, { path, modifiedNs: BigInt(index) });
  });
  const all = [...placements.all("/var/log/d" as RawPath)];
  assert.deepEqual(
    all.map(({ path, modifiedNs }) => [path, modifiedNs]),
    [
      ["/var/log/d/a", 1n],
      ["/var/log/d/a", 0n],
      ["/var/log/d/b/c", 2n],
    ],
  );
  assert.deepEqual(
    placements.ofPath("/var/log/d/a" as RawPath).map(({ id }) => id),
    ["r7.tree.2", "r7.tree.1"],
  );
  const known = ["/var/log/d", "/var/log/d/b", "/var", "/"].map((path) => placements.anyBelow(path as RawPath));
  const unknown = ["/var/log/d/a", "/var/log/e", "/var/lo"].map((path) => placements.anyBelow(path as RawPath));
  assert.deepEqual([known, unknown], [known.map(() => true), unknown.map(() => false)]);
  assert.equal(placements.byId("r7.tree.6")?.path, "/var/log/e");
  for (const id of ["none", "r7.tree.7", "r7.tree.0", "r7.tree.1.1", "r7.tree", "r7.none.1", "r6.tree.1"]) {
    assert.equal(placements.byId(id), undefined, id);
  }
  assert.ok([...placements.all("/" as RawPath)].length >= paths.length);
}

/** The same version under the same name is one version, whichever of its operations names it; under another it is two. */
export function checkStoredAgain(open: () => Catalog): void {
  using catalog = open();
  const { journal, placements } = catalog;
  const version = { path: "again", modifiedNs: 7n, storedAs: "jts-1/again" };
  const again = { run: "r8", job: "again", first: 1, last: 1 };
  publishOne(journal, again, version);
  publishOne(journal, { ...again, run: "r8b", first: 4, last: 4 }, { ...version, sizeBytes: 5 });
  const path = "/var/log/again" as RawPath;
  assert.deepEqual(
    placements.ofPath(path).map(({ id, sizeBytes }) => [id, sizeBytes]),
    [["r8b.again.4", 5]],
  );
  assert.equal(placements.byId("r8.again.1")?.id, "r8b.again.4");
  publishOne(journal, { ...again, first: 2, last: 2 }, { ...version, storedAs: "jts-1/again.1" });
  publishOne(journal, { ...again, first: 3, last: 3 }, { ...version, modifiedNs: 8n });
  assert.deepEqual(
    placements.ofPath(path).map(({ modifiedNs, storedAs }) => [modifiedNs, storedAs]),
    [
      [8n, "jts-1/again"],
      [7n, "jts-1/again"],
      [7n, "jts-1/again.1"],
    ],
  );
}
