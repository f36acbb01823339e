import * as z from "zod";
import type { CommandResult } from "../host/exec.ts";
import type { Finding, VolumeGroupHealth } from "../reports/health.ts";
import { type FindingWords, finding } from "./findings.ts";
import type { VolumeGroupAnswer } from "./items.ts";

export interface VolumeGroupJudgement {
  readonly volumeGroup: VolumeGroupHealth;
  readonly findings: readonly Finding[];
  /** Why LVM was not looked at. */
  readonly note: string | undefined;
}

export interface VolumeGroupQuestion {
  readonly tier: string;
  readonly name: string;
  /** Only root may read the devices. */
  readonly isRoot: boolean;
}

/** What LVM's answer means, or that there was none in time; what could not be asked is a note and no finding. */
export function judgeVolumeGroup(
  question: VolumeGroupQuestion,
  answer: VolumeGroupAnswer | undefined,
): VolumeGroupJudgement {
  if (answer === undefined) return unchecked(question, "LVM not checked: it did not answer in time");
  const { groups, devices } = answer;
  if (groups.missing) return unchecked(question, "LVM not checked: lvm2 is not installed");
  if (!question.isRoot) return unchecked(question, "LVM not checked: needs root");
  if (groups.timedOut || devices.timedOut) return unchecked(question, "LVM not checked: it did not answer in time");
  const group = parseReport(groupReport, groups)?.report.flatMap((part) => part.vg)[0];
  if (group === undefined) return withoutGroup(question, groups);
  const missing = (parseReport(deviceReport, devices)?.report ?? [])
    .flatMap((part) => part.pv)
    .filter((device) => device.pv_missing === "1");
  const missingDevices = Number(group.vg_missing_pv_count);
  const volumeGroup = {
    name: question.name,
    sizeBytes: Number(group.vg_size),
    freeBytes: Number(group.vg_free),
    missingDevices,
  };
  const findings =
    missingDevices === 0
      ? []
      : [
          missingDevice(
            question,
            missingDevices,
            missing.map((device) => device.pv_uuid),
          ),
        ];
  return { volumeGroup, findings, note: undefined };
}

/** All values are strings; `vg_missing_pv_count` is "0" when all is there (lvm2 2.03). */
const groupReport = z.object({
  report: z.array(
    z.object({ vg: z.array(z.object({ vg_size: count(), vg_free: count(), vg_missing_pv_count: count() })) }),
  ),
});
const deviceReport = z.object({
  report: z.array(z.object({ pv: z.array(z.object({ pv_uuid: z.string(), pv_missing: z.string() })) })),
});

function count() {
  return z.string().regex(/^\d+$/);
}

function parseReport<T>(schema: z.ZodType<T>, result: CommandResult): T | undefined {
  let document: unknown;
  try {
    document = JSON.parse(result.stdout);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return schema.safeParse(document).data;
}

function withoutGroup(question: VolumeGroupQuestion, groups: CommandResult): VolumeGroupJudgement {
  if (!/not found/.test(groups.stderr)) {
    const words = groups.stderr.split("\n")[0] ?? "";
    return unchecked(
      question,
      `LVM not checked: vgs did not answer as expected (${words || `exit ${groups.exitCode}`})`,
    );
  }
  const words = {
    tier: question.tier,
    message: `LVM knows no volume group ${question.name}`,
    hint: `look at vgs; if the name is wrong, set tiers.${question.tier}.volume_group`,
  };
  return { ...unchecked(question, undefined), findings: [finding("lvm-group-missing", words)] };
}

function unchecked(question: VolumeGroupQuestion, note: string | undefined): VolumeGroupJudgement {
  return {
    volumeGroup: { name: question.name, sizeBytes: null, freeBytes: null, missingDevices: null },
    findings: [],
    note,
  };
}

function missingDevice(question: VolumeGroupQuestion, count: number, uuids: readonly string[]): Finding {
  const which = uuids.length === 0 ? "" : `: UUID ${uuids.join(", ")}`;
  const words: FindingWords = {
    tier: question.tier,
    message: `volume group ${question.name} misses ${count === 1 ? "a device" : `${count} devices`}${which}`,
    hint: `look at the disks and at: pvs -o pv_name,vg_name,pv_uuid,pv_missing`,
  };
  return finding("lvm-missing-device", words);
}
