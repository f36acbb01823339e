import { equal } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { SystemError } from "../host/native.ts";
import { systemFailure } from "./errors.ts";

test("what a system call refused is an expected failure that names it", () => {
  const ours = systemFailure(new SystemError("ENOSPC", "pwrite64", "/state/locks/logs.lock"));
  equal(ours?.code, "EXTERNAL");
  equal(ours?.message, "a system call failed: ENOSPC: pwrite64 on /state/locks/logs.lock");
  equal(systemFailure(thrownBy(() => readFileSync("/nowhere")))?.code, "EXTERNAL");
});

test("what the catalog's disk refused points at state_dir", () => {
  equal(systemFailure(thrownBy(() => new DatabaseSync("/nowhere/catalog.db")))?.code, "STATE_DIR");
});

test("everything else is a bug", () => {
  equal(systemFailure(new TypeError("undefined is not a function")), undefined);
  equal(systemFailure("thrown"), undefined);
});

function thrownBy(deed: () => unknown): unknown {
  try {
    deed();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
