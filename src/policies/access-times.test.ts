import assert from "node:assert/strict";
import test from "node:test";
import { accessTimesOf, accessTimesWarning } from "./access-times.ts";

const hourMs = 3_600_000;
const warning = (options: readonly string[], hours: number) =>
  accessTimesWarning(accessTimesOf({ mountPoint: "/data", options }), hours * hourMs);

test("M26: where reading leaves no trace, or a coarse one, an age by access times is said to be worth little", () => {
  assert.match(warning(["rw", "noatime"], 720) ?? "", /^\/data is mounted noatime/);
  assert.match(warning(["rw", "relatime"], 47) ?? "", /once in 24 h/);
  assert.equal(warning(["rw", "relatime"], 48), undefined);
  assert.equal(warning(["rw"], 1), undefined, "strictatime shows as nothing");
});
