import { bind, lastErrorName, SystemError } from "./native.ts";

const syscall = bind("long syscall(long, int, int, int)");
const prctl = bind("int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long)");

/** Gives this process the idle class of disk scheduling (ioprio_set(2)). */
export function setIdleIoPriority(): void {
  const callNumber = process.arch === "arm64" ? 30 : 251;
  check(syscall(callNumber, 1, 0, 3 << 13), "ioprio_set");
}

/** Has the kernel kill this process when its parent ends (HAZARDS M35). */
export function dieWithParent(): void {
  check(prctl(1, 9, 0, 0, 0), "prctl");
}

function check(result: number, call: string): void {
  if (result === -1) throw new SystemError(lastErrorName(), call, "");
}
