import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { inTurn, newDeviceTurn } from "../../src/host/device-turn.ts";

/** Counts who is in, and the most that ever were. */
const working = `
const { workerData, parentPort } = require("node:worker_threads");
import(workerData.module).then(({ inTurn }) => {
  const { turn, counts } = workerData;
  for (let times = 0; times < 200; times++) {
    inTurn(turn, () => {
      const inside = Atomics.add(counts, 0, 1) + 1;
      if (inside > Atomics.load(counts, 1)) Atomics.store(counts, 1, inside);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, times % 50 === 0 ? 1 : 0);
      Atomics.sub(counts, 0, 1);
    });
  }
  parentPort.postMessage("done");
});`;

test("of all threads one is in turn, and each gets there", async () => {
  const turn = newDeviceTurn();
  const counts = new Int32Array(new SharedArrayBuffer(8));
  const module = new URL("../../src/host/device-turn.ts", import.meta.url).href;
  const workers = Array.from(
    { length: 4 },
    () => new Worker(working, { eval: true, workerData: { turn, counts, module } }),
  );
  await Promise.all(
    workers.map((worker) => new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject))),
  );
  assert.deepEqual([...counts], [0, 1]);
});

test("whoever fails in turn lets the next one in", () => {
  const turn = newDeviceTurn();
  assert.throws(
    () =>
      inTurn(turn, () => {
        throw new Error("EIO");
      }),
    /EIO/,
  );
  assert.equal(
    inTurn(turn, () => "in"),
    "in",
  );
});

test("a device that was busy for long is left alone for half as long; memory is not", () => {
  const busy = (ms: number) => () => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  const timed = (work: () => void) => {
    const begun = performance.now();
    inTurn(newDeviceTurn(), work);
    return performance.now() - begun;
  };
  assert.ok(timed(busy(40)) >= 59);
  assert.ok(timed(() => undefined) < 40);
});
