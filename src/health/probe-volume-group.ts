import type { Exec } from "../host/exec.ts";
import type { VolumeGroupAnswer } from "./items.ts";

const limitMs = 3_000;
const format = ["--reportformat", "json", "--units", "b", "--nosuffix", "--binary"];

/**
 * Asks LVM about a volume group. `--readonly` takes no lock, so it does not wait for an `lvcreate` that is stuck
 * (HAZARDS S3), and needs no device mapper.
 */
export async function probeVolumeGroup(name: string, exec: Exec): Promise<VolumeGroupAnswer> {
  const options = { timeoutMs: limitMs, env: { LVM_SUPPRESS_FD_WARNINGS: "1" } };
  const groupFields = ["-o", "vg_name,vg_size,vg_free,vg_missing_pv_count"];
  const deviceFields = ["-o", "pv_name,pv_uuid,pv_missing", "-S", `vg_name=${name}`];
  const [groups, devices] = await Promise.all([
    exec("vgs", ["--readonly", ...format, ...groupFields, "--", name], options),
    exec("pvs", ["--readonly", ...format, ...deviceFields], options),
  ]);
  return { kind: "volume-group", groups, devices };
}
