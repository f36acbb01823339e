import assert from "node:assert/strict";
import { test } from "node:test";
import type { CommandResult } from "../host/exec.ts";
import { judgeVolumeGroup } from "./lvm.ts";

const question = { tier: "hot", name: "vg_hot", isRoot: true };
const empty: CommandResult = { exitCode: 0, stdout: "", stderr: "", timedOut: false, missing: false };
const group = answered({ vg: [{ vg_name: "vg_hot", vg_size: "2048", vg_free: "1024", vg_missing_pv_count: "1" }] });
const devices = answered({ pv: [{ pv_name: "[unknown]", pv_uuid: "abc-1", pv_missing: "1" }] });

test("a missing device is named by its UUID, since it has no other name any more", () => {
  const judged = judgeVolumeGroup(question, { kind: "volume-group", groups: group, devices });
  assert.deepEqual(judged.volumeGroup, { name: "vg_hot", sizeBytes: 2048, freeBytes: 1024, missingDevices: 1 });
  assert.equal(judged.findings[0]?.message, "volume group vg_hot misses a device: UUID abc-1");
});

test("what cannot be asked is said and is no finding", () => {
  const notes = [
    judgeVolumeGroup(question, undefined),
    judgeVolumeGroup({ ...question, isRoot: false }, { kind: "volume-group", groups: group, devices }),
    judgeVolumeGroup(question, { kind: "volume-group", groups: { ...empty, missing: true }, devices }),
    judgeVolumeGroup(question, { kind: "volume-group", groups: { ...empty, timedOut: true }, devices }),
    judgeVolumeGroup(question, {
      kind: "volume-group",
      groups: { ...empty, exitCode: 5, stderr: "no such option" },
      devices,
    }),
  ].map(({ note, findings }) => [note, findings.length]);
  assert.deepEqual(notes, [
    ["LVM not checked: it did not answer in time", 0],
    ["LVM not checked: needs root", 0],
    ["LVM not checked: lvm2 is not installed", 0],
    ["LVM not checked: it did not answer in time", 0],
    ["LVM not checked: vgs did not answer as expected (no such option)", 0],
  ]);
});

function answered(part: unknown): CommandResult {
  return { ...empty, stdout: JSON.stringify({ report: [part] }) };
}
