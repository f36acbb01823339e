import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import type { FileStat } from "../host/stat.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { compileSelection } from "../policies/patterns.ts";
import { factsOf, type JudgeRule, judgeDirectory, judgeFile, judgeStamps } from "./judge.ts";
import { type Stamp, stamps } from "./rule.ts";

const dayMs = 86_400_000;
const nowMs = Date.parse("2026-11-23T04:15:00Z");
const ns = (ms: number) => BigInt(ms) * 1_000_000n;
const rule: JudgeRule = {
  matcher: compileSelection({ include: ["*"], exclude: [] }),
  olderThanMs: 3 * dayMs,
  ageBy: stamps,
};

const old: FileStat = {
  kind: "file",
  device: 1,
  inode: 2n,
  links: 1,
  mode: 0o644,
  uid: 0,
  gid: 0,
  sizeBytes: 1,
  allocatedBytes: 4096,
  accessedNs: ns(nowMs - 4 * dayMs),
  modifiedNs: ns(nowMs - 4 * dayMs),
  changedNs: ns(nowMs - 4 * dayMs),
  bornNs: ns(nowMs - 4 * dayMs),
  mountId: 1,
  immutable: false,
  appendOnly: false,
};

const fields = { atime: "accessedNs", mtime: "modifiedNs", ctime: "changedNs", btime: "bornNs" } as const;

function judge(stat: Partial<FileStat>, path = "a/b", more: Partial<JudgeRule> = {}) {
  return judgeFile({ path: path as RawPath, facts: factsOf({ ...old, ...stat }) }, { ...rule, ...more }, nowMs);
}

test("D5: all four time stamps must be old; any one that is young keeps the file", () => {
  assert.equal(judge({}), undefined);
  for (const stamp of stamps) {
    assert.equal(judge({ [fields[stamp]]: ns(nowMs - 2 * dayMs) }), "too-young", stamp);
    const others = stamps.filter((one) => one !== stamp);
    assert.equal(judge({ [fields[stamp]]: ns(nowMs - 2 * dayMs) }, "a", { ageBy: others }), undefined, stamp);
  }
});

test("D5: a directory's ctime does not count, even where it is all that the rule names", () => {
  const young = { ...old, kind: "directory", changedNs: ns(nowMs) } as const;
  const directory = (more: Partial<FileStat>, ageBy: readonly Stamp[] = stamps) =>
    judgeDirectory({ path: "d" as RawPath, facts: factsOf({ ...young, ...more }) }, { ...rule, ageBy }, nowMs);
  assert.equal(directory({}), undefined);
  assert.equal(directory({}, ["ctime"]), undefined);
  assert.equal(directory({ modifiedNs: ns(nowMs) }, ["ctime"]), "too-young");
  assert.equal(directory({ accessedNs: ns(nowMs) }), "too-young");
});

test("D5, D12: whatever the clock and the stamps, only what all of them make old is due", () => {
  const at = fc.integer({ min: 0, max: 2 ** 42 });
  const facts = fc.record({ accessed: at, modified: at, changed: at, born: fc.option(at, { nil: undefined }) });
  const ageBy = fc.subarray([...stamps]);
  fc.assert(
    fc.property(facts, ageBy, at, ({ accessed, modified, changed, born }, by, now) => {
      const bornNs = born === undefined ? undefined : ns(born);
      const stat = { ...old, accessedNs: ns(accessed), modifiedNs: ns(modified), changedNs: ns(changed), bornNs };
      const all = { atime: accessed, mtime: modified, ctime: changed, btime: born };
      const verdict = judgeStamps(factsOf(stat), { ageBy: by, olderThanMs: 3 * dayMs }, now);
      const newest = Math.max(...by.map((stamp) => all[stamp] ?? -1));
      const isFuture = Object.values(all).some((ms) => ms !== undefined && ms > now + 1);
      const isDue = !isFuture && newest >= 0 && now - newest >= 3 * dayMs;
      assert.equal(verdict === undefined, isDue);
    }),
  );
});

test("D12: with the clock set back nothing has an age", () => {
  assert.equal(judgeFile({ path: "a" as RawPath, facts: factsOf(old) }, rule, nowMs - 30 * dayMs), "from-the-future");
});

test("D7: sticky files, device nodes, immutable ones and reserved names stay", () => {
  assert.equal(judge({ mode: 0o1644 }), "sticky");
  assert.equal(judge({ kind: "device" }), "device-node");
  assert.equal(judge({ immutable: true }), "immutable");
  assert.equal(judge({ appendOnly: true }), "immutable");
  for (const name of ["lost+found", "aquota.user", "aquota.group", ".tierkeep", ".tierkeep-quarantine"]) {
    assert.equal(judge({}, `deep/${name}`), "reserved", name);
  }
  assert.equal(judge({}, "deep/wtmp"), "engine-data");
});

test("links, sockets and FIFOs go as files do", () => {
  for (const kind of ["link", "socket", "fifo"] as const) assert.equal(judge({ kind }), undefined);
});

test("a file system without the stamps that count tells no age", () => {
  assert.equal(judge({ bornNs: undefined }), undefined);
  assert.equal(judge({ bornNs: undefined }, "a", { ageBy: ["btime"] }), "age-unknown");
});
