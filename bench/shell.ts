import { execFileSync } from "node:child_process";

/** Runs a command of the benchmark's own (mkfs, mount, …), not a measured one; its output comes back. */
export function shell(command: string, ...args: readonly string[]): string {
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/sbin`;
  return execFileSync(command, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, LC_ALL: "C", PATH: path },
    timeout: 600_000,
    maxBuffer: 2 ** 26,
  });
}
