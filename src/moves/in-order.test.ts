import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { inOrder } from "./in-order.ts";

test("results come in the items' order, whichever is done first, and no more than asked for run at once", async () => {
  let running = 0;
  let most = 0;
  const start = async (item: number) => {
    running += 1;
    most = Math.max(most, running);
    for (let turn = 0; turn < (item * 7) % 5; turn++) await setImmediate();
    running -= 1;
    return item * 2;
  };
  const items = Array.from({ length: 40 }, (_, index) => index);
  const results: number[] = [];
  for await (const result of inOrder(items, ["a", "b", "c"], start)) results.push(result);
  assert.deepEqual(
    results,
    items.map((item) => item * 2),
  );
  assert.equal(most, 3);
});

test("who stops early, or meets a failure, leaves nothing running behind", async () => {
  for (const end of ["break", "throw"] as const) {
    let running = 0;
    const start = async (item: number) => {
      running += 1;
      await setImmediate();
      running -= 1;
      if (end === "throw" && item === 2) throw new Error("one failed");
      return item;
    };
    const take = async () => {
      for await (const item of inOrder([1, 2, 3, 4, 5], [1, 2, 3, 4], start)) if (end === "break" && item === 1) break;
    };
    if (end === "throw") await assert.rejects(take(), /one failed/);
    else await take();
    assert.equal(running, 0, end);
  }
});
