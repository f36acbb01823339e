import * as z from "zod";
import type { Exec } from "../host/exec.ts";
import type { VolumeFact } from "./facts.ts";

/** LVM's logical volumes by the device names that mounts show. */
export type Volumes = ReadonlyMap<string, VolumeFact>;

const report = z.object({
  report: z.array(
    z.object({
      lv: z.array(z.object({ vg_name: z.string(), lv_name: z.string(), lv_path: z.string(), lv_dm_path: z.string() })),
    }),
  ),
});

const timeoutMs = 5_000;

/** Empty where LVM isn't installed, may not be asked, or does not answer. */
export async function readVolumes(exec: Exec): Promise<Volumes> {
  const args = ["--reportformat", "json", "-o", "vg_name,lv_name,lv_path,lv_dm_path"];
  const { stdout } = await exec("lvs", args, { timeoutMs, env: { LVM_SUPPRESS_FD_WARNINGS: "1" } });
  const volumes = parse(stdout)?.report.flatMap((part) => part.lv) ?? [];
  return new Map(
    volumes.flatMap(({ vg_name, lv_name, lv_path, lv_dm_path }) => {
      const volume = { group: vg_name, name: lv_name };
      return [[lv_path, volume] as const, [lv_dm_path, volume] as const];
    }),
  );
}

function parse(stdout: string): z.output<typeof report> | undefined {
  try {
    return report.safeParse(JSON.parse(stdout)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
