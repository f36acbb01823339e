import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeAside } from "./judge-aside.ts";

const aside = [{ job: "tmp", root: "/data/tmp", count: 2, bytes: 2048, intended: 0 }];

test("what lies aside of a job that is no clean job any more is a finding with two ways out", () => {
  const [found, ...others] = judgeAside({ aside }, [{ name: "tmp", kind: "move", formerly: [] }]);
  assert.deepEqual(others, []);
  assert.deepEqual([found?.id, found?.severity, found?.tier], ["quarantine-left", "warning", "tmp"]);
  assert.match(found?.message ?? "", /^2 things, 2\.0 KiB, that tmp set aside in \/data\/tmp/);
  assert.match(found?.hint ?? "", /tierkeep restore \/data\/tmp; .*formerly = \["tmp"\]/);
});

test("what a configured clean job set aside, under whatever name, is none", () => {
  assert.deepEqual(judgeAside({ aside }, [{ name: "tmp", kind: "clean", formerly: [] }]), []);
  assert.deepEqual(judgeAside({ aside }, [{ name: "scratch", kind: "clean", formerly: ["tmp"] }]), []);
});

test("what a killed run may have set aside is told, too", () => {
  const messageOf = (count: number, intended: number) =>
    judgeAside({ aside: [{ job: "tmp", root: "/data/tmp", count, bytes: 2048, intended }] }, [])[0]?.message ?? "";
  assert.match(messageOf(0, 1), /^up to 1 thing that a killed run of tmp was setting aside in \/data\/tmp stays there/);
  assert.match(messageOf(2, 3), /^2 things, 2\.0 KiB, .*, and up to 3 more that a killed run of it was .*, stay there/);
});
