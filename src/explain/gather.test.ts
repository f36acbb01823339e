import assert from "node:assert/strict";
import { test } from "node:test";
import type { RawPath } from "../lib/raw-path.ts";
import { gather } from "./gather.ts";

const raw = (path: string) => path as RawPath;

test("what is in the way of a set is told of the set and of all that is in it", () => {
  const inTheWay = { path: raw("set/db/pipe"), why: "a FIFO, which no tier can hold" };
  for (const path of ["set", "set/db", "set/db/pipe", "set/other"].map(raw)) {
    const gathering = gather({ path, nowMs: 0, look: () => undefined });
    gathering.kept("too-young", raw("another"));
    gathering.kept("entry-blocked", raw("set"), inTheWay);
    assert.deepEqual(gathering.result().verdict, { reason: "entry-blocked", path: "set", inTheWay });
  }
});
