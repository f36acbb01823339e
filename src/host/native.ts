import { createRequire } from "node:module";
import { OperatorError } from "../lib/errors.ts";
import { bytesOf, type RawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";

type NativeFunction = (...args: readonly unknown[]) => number;

interface Koffi {
  load(library: string): { func(prototype: string): NativeFunction };
  errno(): number;
  address(buffer: ArrayBuffer): bigint;
  readonly os: { readonly errno: Readonly<Record<string, number>> };
}

/** A failed system call: `code` is the error's name (`ENOSPC`), `call` and `path` (bytes, raw) say where. */
export class SystemError extends Error {
  override readonly name = "SystemError";
  readonly code: string;
  readonly call: string;
  readonly path: string;

  constructor(code: string, call: string, path: string) {
    super(`${code}: ${call}${path === "" ? "" : ` on ${shellQuote(path as RawPath)}`}`);
    this.code = code;
    this.call = call;
    this.path = path;
  }
}

const koffi = loadKoffi();
const libc = koffi.load("libc.so.6");
const errorNames = new Map(Object.entries(koffi.os.errno).map(([name, number]) => [number, name]));
// EWOULDBLOCK is the same number; manuals say EAGAIN.
errorNames.set(koffi.os.errno.EAGAIN ?? 11, "EAGAIN");

/** Binds a C function of the C library. */
export function bind(prototype: string): NativeFunction {
  return libc.func(prototype);
}

/**
 * Where a buffer lies, for calls that are made by the million: a number is passed on in half the time of an object. The
 * buffer never moves, and must be kept for as long as its address is.
 */
export function addressOf(buffer: ArrayBuffer): number {
  return Number(koffi.address(buffer));
}

/** The name of the error that the last call of this thread left. */
export function lastErrorName(): string {
  const number = koffi.errno();
  return errorNames.get(number) ?? `E${number}`;
}

const longestPath = 4096;
const pathBuffers = [Buffer.alloc(longestPath + 1), Buffer.alloc(longestPath + 1)] as const;

/**
 * The path as a C string in one of two buffers that are used again at the next call.
 * @throws SystemError ENAMETOOLONG beyond PATH_MAX; EINVAL for a NUL byte
 */
export function cString(path: RawPath, slot: 0 | 1 = 0): Buffer {
  if (path.length >= longestPath) throw new SystemError("ENAMETOOLONG", "path", path.slice(0, 80));
  if (path.includes("\0")) throw new SystemError("EINVAL", "path", bytesOf(path).toString("base64"));
  const buffer = pathBuffers[slot];
  buffer[buffer.write(path, "latin1")] = 0;
  return buffer;
}

function loadKoffi(): Koffi {
  try {
    return createRequire(import.meta.url)("koffi") as Koffi;
  } catch (cause) {
    throw new OperatorError(
      "NATIVE_MISSING",
      `the system-call library cannot be loaded on ${process.platform}-${process.arch}`,
      {
        hint: "install tierkeep's optional packages (npm ci); Linux on x64 and arm64 is supported",
        cause,
      },
    );
  }
}
