import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { RawPath } from "../lib/raw-path.ts";
import { activeNames, canCreateAgain, mayBeRotated } from "./rotation.ts";

test("M34: a rotated name tells which name is written to again", () => {
  const rotated = {
    "syslog.1": "syslog",
    "syslog.12.gz": "syslog",
    "app.log.3.zst": "app.log",
    "messages-20261122": "messages",
    "messages-20261122.xz": "messages",
    "messages.20261122": "messages",
    "cron-2026112203": "cron",
    "cron-20261122-031500": "cron",
    "cron-1763871300": "cron",
    "trade.2026-11-22": "trade",
    "trade-2026-11-22.log.gz": "trade.log",
    "app-20261122.log": "app.log",
    "app.20261122.log": "app.log",
  };
  for (const [name, active] of Object.entries(rotated)) {
    assert.ok(activeNames([name as RawPath]).has(active as RawPath), `${name}: ${[...activeNames([name as RawPath])]}`);
  }
});

test("names that only look a little like it tell nothing", () => {
  const names = ["syslog", "app.log", "a.gz", "notes.txt", "v1.2.tar", "1", ".1", "-20261122", "x.log.old", "x.bak"];
  assert.deepEqual(
    [...activeNames(names as RawPath[])].filter((name) => names.includes(name)),
    [],
  );
});

const base = fc.string({ minLength: 1, maxLength: 20 }).filter((name) => !name.includes("/") && !name.includes("\0"));
const endings = fc.constantFrom(".1", ".9", ".10.gz", "-20260101", ".20260101.zst", "-2026-01-01.bz2");

test("M34: whatever the name is, its rotated sibling makes it active, newlines and all", () => {
  fc.assert(
    fc.property(base, endings, (name, ending) => {
      assert.ok(activeNames([`${name}${ending}` as RawPath]).has(name as RawPath));
    }),
  );
});

test("more siblings never make fewer names active", () => {
  fc.assert(
    fc.property(fc.array(base), fc.array(base), (some, more) => {
      const few = activeNames(some as RawPath[]);
      const many = activeNames([...some, ...more] as RawPath[]);
      assert.ok([...few].every((name) => many.has(name)));
    }),
  );
});

test("a name that cannot be a rotation's makes no name active", () => {
  const dated = fc.constantFrom(
    "app.log.1",
    "a-20261122",
    "b-2026-11-22.gz",
    "c.1234567890",
    "d-20261122.log.xz",
    "e-1.log",
  );
  fc.assert(
    fc.property(fc.oneof(base, dated), (name) => {
      const bytes = Buffer.from(name, "latin1");
      assert.ok(mayBeRotated(bytes, 0, bytes.length) || activeNames([name as RawPath]).size === 0);
    }),
  );
});

const id = fc.integer({ min: 0, max: 3 });
const file = fc.record({ uid: id, gid: id, mode: fc.constant(0o644) });
const directory = fc.record({ uid: id, gid: id, mode: fc.integer({ min: 0, max: 0o777 }) });

test("M34: who may create a file is judged as the kernel does: owner first, then group, then others", () => {
  fc.assert(
    fc.property(file, directory, (owner, within) => {
      let shift = 0;
      if (within.uid === owner.uid) shift = 6;
      else if (within.gid === owner.gid) shift = 3;
      const mayWrite = owner.uid === 0 || ((within.mode >> shift) & 3) === 3;
      assert.equal(canCreateAgain(owner, within), mayWrite);
    }),
  );
});
