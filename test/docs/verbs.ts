import { spawnSync } from "node:child_process";

const bin = new URL("../../bin/tierkeep", import.meta.url).pathname;

export interface Answer {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built program as an operator would, without a terminal. */
export function tierkeep(config: string, ...args: readonly string[]): Answer {
  const { status, stdout, stderr } = spawnSync(bin, ["--config", config, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 2 ** 20,
    timeout: 60_000,
  });
  return { exitCode: status, stdout, stderr };
}

/** The report that a verb prints with `--json`. */
export function report(config: string, ...args: readonly string[]): Record<string, unknown> {
  const { stdout, stderr } = tierkeep(config, ...args, "--json");
  try {
    return JSON.parse(stdout) as Record<string, unknown>;
  } catch (cause) {
    throw new Error(`${args.join(" ")} printed no report: ${stdout}${stderr}`, { cause });
  }
}
