import { closeFd, open, openBeneath, openRoot } from "../../src/host/posix.ts";
import type { RawPath } from "../../src/lib/raw-path.ts";
import { scratch } from "./scratch.ts";

export interface Place extends Disposable {
  readonly path: string;
  readonly fd: number;
}

/** A scratch directory, open. */
export function openPlace(name: string): Place {
  const directory = scratch(name);
  const fd = openRoot(directory.path as RawPath, open.O_RDONLY | open.O_DIRECTORY);
  return {
    path: directory.path,
    fd,
    [Symbol.dispose]: () => {
      closeFd(fd);
      directory[Symbol.dispose]();
    },
  };
}

/** Opens a file there for the length of `use`, making it where it is missing. */
export function withOpen<T>(at: Place, name: string, use: (fd: number) => T): T {
  return withFlags(at, { name, flags: open.O_RDWR | open.O_CREAT }, use);
}

export function withFlags<T>(at: Place, how: { name: string; flags: number }, use: (fd: number) => T): T {
  const mode = (how.flags & open.O_CREAT) === 0 ? 0 : 0o600;
  const fd = openBeneath(at.fd, how.name as RawPath, how.flags, mode);
  try {
    return use(fd);
  } finally {
    closeFd(fd);
  }
}
