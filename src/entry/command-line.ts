import { CommanderError } from "commander";
import type { Cli } from "../cli/cli.ts";
import { buildProgram } from "../cli/program.ts";
import type { Terminal } from "../cli/terminal.ts";
import { realHost } from "../host/host.ts";
import { exitCodes } from "../lib/error-codes.ts";
import { toolVersion } from "../lib/version.ts";

export interface CommandLineDoors {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Runs one command and returns its exit code. @throws OperatorError for an expected failure */
export async function runCommandLine(argv: readonly string[], { terminal, signal }: CommandLineDoors): Promise<number> {
  let exitCode: number = exitCodes.ok;
  const host = realHost();
  const exit: Cli["exit"] = (code) => {
    exitCode = code;
  };
  const cli: Cli = { terminal, host, entryPoint, toolVersion, env: process.env, signal, exit };
  const userRuntimeDir = process.env.XDG_RUNTIME_DIR;
  const startedBySystemd = isMainOfUnit();
  const app = { host, entryPoint, toolVersion, userRuntimeDir, startedBySystemd, signal, pid: process.pid };
  try {
    await buildProgram({ cli, app, workingDirectory: process.cwd() }).parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 1 ? exitCodes.usage : error.exitCode;
  }
}

/** The other entry points lie beside this file, as source or as bundles. */
function entryPoint(name: "job" | "tier" | "probe" | "copier" | "reader"): string {
  const isBundle = import.meta.filename.endsWith(".js");
  return `${import.meta.dirname}/${name}.${isBundle ? "js" : "ts"}`;
}

/** systemd.exec(5): INVOCATION_ID alone is inherited by every child of a unit. */
function isMainOfUnit(): boolean {
  const { INVOCATION_ID, SYSTEMD_EXEC_PID } = process.env;
  return INVOCATION_ID !== undefined && SYSTEMD_EXEC_PID === String(process.pid);
}
