import assert from "node:assert/strict";
import { test } from "node:test";
import { scratch } from "../../test/support/scratch.ts";
import { openCatalog } from "../catalog/catalog.ts";
import { fingerprintOf } from "./approval.ts";
import { approvalOf } from "./judge-job.ts";

test("D8: of a job that had several names the last approval counts, whatever the order of its names", () => {
  using state = scratch("judge-job");
  using catalog = openCatalog(state.path);
  const approve = (job: string, rule: string, approvedAtMs: number) =>
    catalog.decisions.saveApproval({ job, rule, fingerprint: fingerprintOf(rule), approvedAtMs, approvedBy: "ops" });
  const ruleOf = (name: string, formerly: readonly string[]) => approvalOf(name, { catalog, formerly })?.rule;
  assert.equal(ruleOf("third", ["first", "second"]), undefined);
  approve("first", "seven days", 1);
  approve("second", "nine days", 2);
  assert.equal(ruleOf("third", ["first", "second"]), "nine days");
  assert.equal(ruleOf("third", ["second", "first"]), "nine days");
  approve("second", "five days", 1);
  assert.equal(ruleOf("third", ["first", "second"]), "five days", "within one instant the later name's");
  approve("third", "a month", 3);
  assert.equal(ruleOf("third", ["first", "second"]), "a month");
  assert.equal(ruleOf("first", ["third"]), "a month", "renamed back");
});
