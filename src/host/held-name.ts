import type { RawPath } from "../lib/raw-path.ts";
import { addressOf, bind, lastErrorName, SystemError } from "./native.ts";
import { open } from "./posix.ts";
import { lookAtAddress } from "./raw-stat.ts";

/**
 * Calls on one name in an open directory, for deeds by the hundred thousand: the name is handed over once and stays until
 * the next one. It has no slash, so no call walks a path.
 */
const libc = {
  openat: bind("int openat(int, int64_t, int, unsigned int)"),
  unlinkat: bind("int unlinkat(int, int64_t, int)"),
};

const longestName = 255;
const block = new ArrayBuffer(longestName + 1);
const bytes = Buffer.from(block);
const address = addressOf(block);

/** @throws SystemError ENAMETOOLONG, EINVAL for what is no name */
export function holdName(name: RawPath): void {
  if (name.length > longestName) throw new SystemError("ENAMETOOLONG", "name", name.slice(0, 80));
  if (name === "" || name.includes("/")) throw new SystemError("EINVAL", "name", name);
  bytes[bytes.write(name, "latin1")] = 0;
}

/** Looks at what has the name (raw-stat.ts has the answer), following no link; false when nothing has it. @throws SystemError */
export function lookAtHeld(directory: number): boolean {
  return lookAtAddress(directory, address);
}

/** Opens what has the name, following no link. @throws SystemError */
export function openHeld(directory: number, flags: number): number {
  const fd = libc.openat(directory, address, flags | open.O_NOFOLLOW | open.O_CLOEXEC, 0);
  if (fd === -1) throw failed("openat");
  return fd;
}

/** @throws SystemError */
export function unlinkHeld(directory: number): void {
  if (libc.unlinkat(directory, address, 0) === -1) throw failed("unlinkat");
}

function failed(call: string): SystemError {
  return new SystemError(lastErrorName(), call, bytes.toString("latin1", 0, bytes.indexOf(0)));
}
