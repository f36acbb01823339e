import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { inOrder } from "./in-order.ts";

test("results come in the items' order, whichever is done first; a room is one item's until its result was used", async () => {
  const taken = new Set<string>();
  let most = 0;
  const start = async (item: number, room: string) => {
    assert.ok(!taken.has(room), `${room} for ${item}`);
    taken.add(room);
    most = Math.max(most, taken.size);
    for (let turn = 0; turn < (item * 7) % 5; turn++) await setImmediate();
    return { item, room };
  };
  const items = Array.from({ length: 40 }, (_, index) => index);
  const results: number[] = [];
  for await (const { item, room } of inOrder(items, ["a", "b", "c"], start)) {
    await setImmediate();
    results.push(item);
    taken.delete(room);
  }
  assert.deepEqual(results, items);
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
