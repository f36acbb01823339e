import assert from "node:assert/strict";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { noScanIndex, openScanIndex } from "../../../src/catalog/scan-index.ts";
import { scratch } from "../../support/scratch.ts";
import { scanOnce } from "./scan-once.ts";

test("threads find what one thread finds, and the index is the same whoever read", async () => {
  using place = scratch("threads");
  using state = scratch("scan-index");
  plantManyDirectories(place.path);
  let aheadMs = 0;
  const times = (threads: number) => {
    aheadMs += 3_000;
    const now = () => Date.now() + aheadMs;
    return { nowMs: now(), now, threads };
  };
  const alone = await scanOnce(place.path, noScanIndex, times(1));
  assert.equal(alone.due.length, 120);
  for (const threads of [2, 4]) {
    using index = openScanIndex(`${state.path}`);
    const first = await scanOnce(place.path, index, { ...times(threads), isFull: true });
    assert.deepEqual([first.due, counts(first)], [alone.due, counts(alone)]);
    const next = await scanOnce(place.path, index, times(threads));
    assert.deepEqual([next.due, counts(next)], [alone.due, counts(alone)]);
    assert.notEqual(next.keptAsOfMs, undefined);
  }
});

test("a thread that cannot start ends the scan with what it died of", async () => {
  using place = scratch("threads");
  plantManyDirectories(place.path);
  const now = () => Date.now();
  const scan = scanOnce(place.path, noScanIndex, {
    nowMs: now(),
    now,
    threads: 2,
    readerEntry: `${place.path}/none.ts`,
  });
  await assert.rejects(scan, /none\.ts/);
});

function counts({ kept }: Awaited<ReturnType<typeof scanOnce>>) {
  return [...kept].map(([code, { count, bytes }]) => [code, count, bytes]).sort();
}

/** More than one thread reads before others are asked for help. */
function plantManyDirectories(root: string): void {
  const now = Date.now() / 1000;
  for (let index = 0; index < 2_400; index++) {
    const path = `${root}/${Math.floor(index / 100)}/${index % 100}`;
    mkdirSync(path, { recursive: true });
    writeFileSync(`${path}/file`, "x");
    utimesSync(`${path}/file`, now, now - (index % 20 === 0 ? 30 : 3) * 86_400);
  }
}
