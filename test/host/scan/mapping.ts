import { closeSync, fstatSync, openSync } from "node:fs";
import { bind } from "../../../src/host/native.ts";

const mmap = bind("int64_t mmap(int64_t, size_t, int, int, int, int64_t)");
const memset = bind("int64_t memset(int64_t, int, size_t)");
const munmap = bind("int munmap(int64_t, size_t)");
const [readWrite, shared] = [3, 1] as const;

/** Writes to a file without a write(2): through a shared mapping, as databases do. */
export function writeThroughMapping(path: string): void {
  const fd = openSync(path, "r+");
  try {
    const { size } = fstatSync(fd);
    if (size === 0) return;
    const address = mmap(0, size, readWrite, shared, fd, 0);
    if (Number(address) === -1) throw new Error("mmap failed");
    memset(address, 0x6d, size);
    munmap(address, size);
  } finally {
    closeSync(fd);
  }
}
