import { readFileSync } from "node:fs";
import { bind, lastErrorName, SystemError } from "./native.ts";

/** What this machine's clocks say at one moment. */
export interface ClockReading {
  /** Wall time, milliseconds since 1970. */
  readonly wallMs: number;
  /** Differs for each boot; empty where the kernel does not tell it. */
  readonly bootId: string;
  /** Milliseconds since the boot, suspended ones included. */
  readonly bootMs: number;
  /** A time server disciplines the wall clock. */
  readonly synchronised: boolean;
}

const clockBoottime = 7;
const timespec = Buffer.alloc(16);
/** `struct timex`; with no `modes` it is only read. */
const timex = Buffer.alloc(256);
const statusOffset = 40;
const unsynchronised = 0x40; // STA_UNSYNC

const libc = {
  clockGettime: bind("int clock_gettime(int, void*)"),
  adjtimex: bind("int adjtimex(void*)"),
};

/** @throws SystemError */
export function readMachineClock(): ClockReading {
  if (libc.clockGettime(clockBoottime, timespec) !== 0) throw new SystemError(lastErrorName(), "clock_gettime", "");
  const bootMs = Number(timespec.readBigInt64LE(0)) * 1000 + Number(timespec.readBigInt64LE(8)) / 1e6;
  return { wallMs: Date.now(), bootId: readBootId(), bootMs, synchronised: isSynchronised() };
}

function readBootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/** Setting the clock by hand makes it unsynchronised until a time server has disciplined it again (adjtimex(2)). */
function isSynchronised(): boolean {
  timex.fill(0);
  if (libc.adjtimex(timex) === -1) return false;
  return (timex.readInt32LE(statusOffset) & unsynchronised) === 0;
}
