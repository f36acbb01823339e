import { readFileSync } from "node:fs";
import { hasCode } from "../lib/errors.ts";

/** How much this machine's tasks wait for its disks, as the kernel counts it (PSI, /proc/pressure/io, `some`). */
export interface IoPressure {
  /** Share of the last ten seconds in which somebody waited, fading. */
  readonly recentRatio: number;
  /** All time in which somebody waited since the boot, in milliseconds; exact at each reading. */
  readonly waitedMs: number;
}

/** `undefined` where the kernel does not count it. */
export function readIoPressure(): IoPressure | undefined {
  const match = /^some avg10=([\d.]+) .*total=(\d+)/m.exec(pressureText());
  return match === null ? undefined : { recentRatio: Number(match[1]) / 100, waitedMs: Number(match[2]) / 1000 };
}

function pressureText(): string {
  try {
    return readFileSync("/proc/pressure/io", "utf8");
  } catch (error) {
    // No such file, or `psi=0` at boot.
    if (hasCode(error, "ENOENT", "EOPNOTSUPP", "EACCES")) return "";
    throw error;
  }
}
