import { setPriority } from "node:os";
import { setIdleIoPriority } from "../host/own-process.ts";
import type { Limits } from "../jobs/limits.ts";

/** Lets others go first with the disk, and with the processor too; before any thread is started, which has then the same. */
export function giveWayToOthers({ io }: Limits, isBulkWork: boolean): void {
  if (io === "idle") setIdleIoPriority();
  if (isBulkWork) setPriority(io === "idle" ? 19 : 10);
}
