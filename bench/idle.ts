import { cpus } from "node:os";
import { setTimeout } from "node:timers/promises";

const lookMs = 1_500;
const idleRatio = 0.9;

/** Waits until the cores have little else to do, at most so many seconds. */
export async function waitForIdle(seconds: number): Promise<void> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    const before = cpuTimes();
    await setTimeout(lookMs);
    const after = cpuTimes();
    if ((after.idle - before.idle) / (after.all - before.all) > idleRatio) return;
  }
}

function cpuTimes(): { readonly idle: number; readonly all: number } {
  const times = cpus().map((cpu) => cpu.times);
  return {
    idle: times.reduce((sum, { idle }) => sum + idle, 0),
    all: times.reduce((sum, { idle, irq, nice, sys, user }) => sum + idle + irq + nice + sys + user, 0),
  };
}
