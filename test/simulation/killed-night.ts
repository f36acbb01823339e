import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { NightSpec } from "./night.ts";

/** A run in a process of its own that dies in the middle, if it comes that far. */
export async function doKilledNight(spec: NightSpec): Promise<void> {
  const child: ChildProcess = fork(new URL("night-child.ts", import.meta.url).pathname, [], { stdio: "inherit" });
  child.send(spec);
  await once(child, "exit");
}
