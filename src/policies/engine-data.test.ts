import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { RawPath } from "../lib/raw-path.ts";
import { engineOfContent, engineOfDirectory, isEngineMarker, isLoginRecord } from "./engine-data.ts";

test("M25: a directory is an engine's by the names in it, whatever else lies there", () => {
  const engines = {
    PostgreSQL: ["PG_VERSION"],
    MongoDB: ["WiredTiger"],
    ClickHouse: ["format_version.txt"],
    MySQL: ["ibdata1"],
    Docker: ["containers", "image", "volumes"],
    containerd: ["io.containerd.metadata.v1.bolt"],
  };
  for (const [engine, names] of Object.entries(engines)) {
    assert.equal(engineOfDirectory([...names, "other", "app.log"]), engine);
  }
  for (const names of [[], ["containers", "image"], ["metadata", "store"], ["checksums.txt"], ["pg_version"]]) {
    assert.equal(engineOfDirectory(names), undefined, names.join());
  }
});

test("M25: an engine's directory is told by its markers alone", () => {
  const marker = fc.constantFrom("PG_VERSION", "pg_wal", "WiredTiger.wt", "ibdata1", "containers", "image", "volumes");
  fc.assert(
    fc.property(fc.array(fc.oneof(marker, fc.string())), (names) => {
      assert.equal(engineOfDirectory(names.filter(isEngineMarker)), engineOfDirectory(names));
    }),
  );
});

test("M25: more names never make an engine's directory nobody's", () => {
  const name = fc.constantFrom("PG_VERSION", "WiredTiger", "containers", "image", "volumes", "a.log", "store", "x");
  fc.assert(
    fc.property(fc.array(name), fc.array(fc.string()), (some, more) => {
      if (engineOfDirectory(some) === undefined) return;
      assert.notEqual(engineOfDirectory([...some, ...more]), undefined);
    }),
  );
});

test("M25: a journal is known by its first eight bytes and by nothing shorter", () => {
  assert.equal(engineOfContent(Buffer.from("LPKSHHRH and more")), "journald");
  assert.equal(engineOfContent(Buffer.from("LPKSHHR")), undefined);
  assert.equal(engineOfContent(Buffer.alloc(0)), undefined);
});

test("M25: login records are known by their whole name", () => {
  assert.deepEqual(
    ["utmp", "wtmp", "btmp", "lastlog"].map((name) => isLoginRecord(name as RawPath)),
    [true, true, true, true],
  );
  assert.deepEqual(
    ["wtmp.1", "my-wtmp", ""].map((name) => isLoginRecord(name as RawPath)),
    [false, false, false],
  );
});
