import assert from "node:assert/strict";
import { linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { openPlace, type Place } from "../../test/support/place.ts";
import { statFd } from "../host/stat.ts";
import { pathIn, type RawPath } from "../lib/raw-path.ts";
import { directoryReader } from "./read-directory.ts";
import { openReaders, type Readers } from "./readers.ts";
import type { ReadFiles } from "./reading.ts";
import { type Scanned, scanTree } from "./scan.ts";
import type { TreeIndex } from "./scan-index.ts";
import type { ScanRule } from "./scan-rule.ts";

test("every file is met once, by its path from the root, and what stays is counted by reason", async () => {
  using place = openPlace("scan");
  for (const path of ["a", "d/b", "d/e/c", "d/e/f/g"]) plant(place, path);
  linkSync(`${place.path}/a`, `${place.path}/d/a-too`);
  symlinkSync("d", `${place.path}/link`);
  const seen = await scan(place);
  assert.deepEqual(seen.due, ["a", "d/a-too", "d/b", "d/e/c", "d/e/f/g"]);
  assert.deepEqual(seen.counts, { "special-file": 1 });
  const young = await scan(place, { rule: { olderThanMs: 60_000 } });
  assert.deepEqual([young.due, young.counts], [[], { "too-young": 5, "special-file": 1 }]);
});

test("patterns leave files and whole directories out, unread", async () => {
  using place = openPlace("scan");
  for (const path of ["a.log", "a.txt", "keep/b.log", "out/c.log", "out/d/e.log"]) plant(place, path);
  const asked: string[] = [];
  const seen = await scan(place, {
    rule: { include: ["*.log"], exclude: ["out/"] },
    asked: (path) => asked.push(path),
  });
  assert.deepEqual([seen.due, seen.counts, asked], [["a.log", "keep/b.log"], { excluded: 2 }, ["", "keep"]]);
});

test("M25: an engine's directory is left alone with all below it", async () => {
  using place = openPlace("scan");
  for (const path of ["a", "data/base/1", "data/PG_VERSION", "data/log/x"]) plant(place, path);
  const seen = await scan(place);
  assert.deepEqual([seen.due, seen.counts], [["a"], { "engine-data": 1 }]);
});

test("M22: what vanishes while the tree is read is passed over", async () => {
  using place = openPlace("scan");
  for (const path of ["a", "d/b", "d/e/c"]) plant(place, path);
  const asked = (path: RawPath) => {
    if (path === "d/e") rmSync(`${place.path}/d/e`, { recursive: true });
  };
  const seen = await scan(place, { asked });
  assert.deepEqual([seen.due, seen.unreadable], [["a", "d/b"], []]);
});

test("M24: a directory that became a link after it was listed is not followed", async () => {
  using place = openPlace("scan");
  for (const path of ["inner/d/b", "outside/secret"]) plant(place, path);
  const asked = (path: RawPath) => {
    if (path !== "inner/d") return;
    rmSync(`${place.path}/inner/d`, { recursive: true });
    symlinkSync(`${place.path}/outside`, `${place.path}/inner/d`);
  };
  const seen = await scan(place, { asked });
  assert.deepEqual([seen.due, seen.unreadable], [["outside/secret"], []]);
});

const name = fc
  .array(
    fc.integer({ min: 1, max: 255 }).filter((code) => code !== 0x2f),
    { minLength: 1, maxLength: 12 },
  )
  .map((codes) => String.fromCharCode(...codes))
  .filter((each) => each !== "." && each !== "..");

test("M20: a tree of any names is read as it is, and known again as it is", async () => {
  const paths = fc.uniqueArray(fc.array(name, { minLength: 1, maxLength: 4 }), {
    maxLength: 15,
    selector: ([first]) => first,
  });
  await fc.assert(
    fc.asyncProperty(paths, async (parts) => {
      using place = openPlace("scan");
      const all = parts.map((each) => each.join("/"));
      for (const path of all) plant(place, path);
      const index = memory();
      assert.deepEqual((await scan(place, { index })).due, all.toSorted());
      const later = await scan(place, { index, rule: { olderThanMs: 60_000 } });
      assert.deepEqual(later.counts, all.length === 0 ? {} : { "too-young": all.length });
    }),
    { numRuns: 25 },
  );
});

test("a directory in which a tier lies is told at each scan, and the tier's folder left alone", async () => {
  using place = openPlace("scan");
  for (const path of ["a", "d/.tierkeep/tier.json", "d/b"]) plant(place, path);
  const index = memory();
  for (let round = 0; round < 2; round++) {
    const seen = await scan(place, { index });
    assert.deepEqual([seen.tiers, seen.due], [["d"], ["a", "d/b"]]);
  }
});

interface Wanted {
  readonly rule?: Partial<ScanRule>;
  readonly index?: TreeIndex;
  readonly asked?: (path: RawPath) => void;
}

interface Seen {
  readonly due: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
  readonly unreadable: readonly string[];
  readonly tiers: readonly string[];
}

/** One scan, in which every regular file is old enough unless the rule says otherwise. */
async function scan(place: Place, { rule: some = {}, index = memory(), asked = () => {} }: Wanted = {}): Promise<Seen> {
  const { mountId, device } = statFd(place.fd);
  const root = { fd: place.fd, mountId, device };
  const now = () => Date.now() + 1_000;
  const ages = { stamps: ["mtime"], olderThanMs: 0, nowMs: now() } as const;
  const rule: ScanRule = { include: ["*"], exclude: [], namesKept: false, ...ages, ...some };
  await using real = openReaders({ read: directoryReader(root, rule, now), task: {}, readerEntry: "", threads: 1 });
  const readers: Readers<ReadFiles> = {
    ...real,
    ask: (path) => {
      asked(path);
      real.ask(path);
    },
  };
  const [due, unreadable, tiers]: [string[], string[], string[]] = [[], [], []];
  const scanned = await scanTree(
    { root, rule, index, readers, isFull: false },
    {
      found: ({ path, candidates }) => void due.push(...candidates.map((each) => pathIn(path, each))),
      passed: () => {},
      kept: () => {},
      unreadable: (path) => void unreadable.push(path),
      holdsTier: (path) => void tiers.push(path),
      progress: () => {},
    },
  );
  return { due: due.toSorted(), counts: countsOf(scanned), unreadable, tiers };
}

function countsOf(scanned: Scanned | "rolled-back"): Readonly<Record<string, number>> {
  if (scanned === "rolled-back") throw new Error("the tree is not older than what is known of it");
  return Object.fromEntries([...scanned.kept].map(([code, { count }]) => [code, count]));
}

/** An index that believes everything at once. */
function memory(): TreeIndex {
  const blocks = new Map<string, Uint8Array>();
  return {
    fullAtMs: Date.now(),
    read: (path) => blocks.get(path),
    write: (path, block) => void blocks.set(path, block),
    finish: () => {},
  };
}

/** A file whose content is its path, in `latin1`; its directories are made. */
function plant(place: Place, path: string): void {
  const parts = path.split("/");
  for (let depth = 1; depth < parts.length; depth++)
    mkdirSync(bytes(place, parts.slice(0, depth).join("/")), { recursive: true });
  writeFileSync(bytes(place, path), path, "latin1");
}

function bytes(place: Place, path: string): Buffer {
  return Buffer.from(`${place.path}/${path}`, "latin1");
}
