import { exitCodeOf, exitCodes } from "../lib/error-codes.ts";
import { OperatorError, systemFailure } from "../lib/errors.ts";
import { toolVersion } from "../lib/version.ts";
import { exactArguments } from "./arguments.ts";
import { fileTerminal } from "./terminal-files.ts";

/** The entry point of the command line. */
async function main(argv: readonly string[]): Promise<number> {
  if (argv.length === 1 && argv[0] === "--version") {
    process.stdout.write(`${toolVersion}\n`);
    return exitCodes.ok;
  }
  const terminal = fileTerminal(argv);
  const stop = stopOnSignals();
  try {
    // Loaded only now, so that a machine without the native library gets a clear error and not a crash.
    const { runCommandLine } = await import("./command-line.ts");
    return await runCommandLine(argv, { terminal, signal: stop.signal });
  } catch (error) {
    const expected = error instanceof OperatorError ? error : systemFailure(error);
    if (expected === undefined) return tellBug(error);
    const { errorScreen } = await import("../cli/error-screen.ts");
    terminal.note(errorScreen(terminal, expected));
    return exitCodeOf(expected.code);
  }
}

/** Nothing that an operator did or can mend. */
function tellBug(error: unknown): number {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`tierkeep: bug: ${stack}\ntierkeep: hint: this should not happen: please report it\n`);
  return exitCodes.bug;
}

/** The first signal asks to stop, the second one ends it at once. */
function stopOnSignals(): AbortController {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) {
        if (process.stderr.isTTY) process.stderr.write("\r\x1b[K"); // a progress line may stand there
        process.exit(exitCodes.interrupted);
      }
      controller.abort(
        new OperatorError("INTERRUPTED", "stopped by a signal", { hint: "run again: it goes on where it stopped" }),
      );
    });
  }
  return controller;
}

process.exitCode = await main(exactArguments(process.argv.slice(2)));
