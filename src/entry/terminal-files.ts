import { createInterface } from "node:readline";
import type { Terminal } from "../cli/terminal.ts";
import { exitCodes } from "../lib/error-codes.ts";
import { hasCode, OperatorError } from "../lib/errors.ts";

/** The terminal that this process was started on, or the files in its place. */
export function fileTerminal(argv: readonly string[]): Terminal {
  const isPlain = argv.includes("--no-color") || (process.env.NO_COLOR ?? "") !== "" || process.env.TERM === "dumb";
  const isTerminal = process.stdout.isTTY === true;
  const stdout = watchStdout();
  return {
    print: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(text),
    ask,
    pour: stdout.pour,
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    symbols: isTerminal && /utf-?8/i.test(process.env.LC_ALL || process.env.LC_CTYPE || process.env.LANG || ""),
    colour: isTerminal && !isPlain,
    progress: process.stderr.isTTY === true,
    columns: () => process.stderr.columns || 80,
  };
}

/**
 * A reader that goes away (`| head`) is no failure: a run goes on and the rest is dropped. Output that is lost for any
 * other reason, such as a full disk, is told once and decides the exit code.
 */
function watchStdout(): Pick<Terminal, "pour"> {
  let isOpen = true;
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  process.stdout.on("error", (error) => {
    if (isOpen && !hasCode(error, "EPIPE")) {
      process.stderr.write(
        `tierkeep: error: what was printed is not whole: ${error.message} [EXTERNAL]\n` +
          "tierkeep: hint: look at where stdout goes, such as a full disk\n",
      );
      process.on("exit", () => {
        process.exitCode ||= exitCodes.external;
      });
    }
    isOpen = false;
    close();
  });
  return {
    pour: async (bytes) => {
      if (isOpen && !process.stdout.write(bytes)) {
        const { promise: drained, resolve } = Promise.withResolvers<void>();
        process.stdout.once("drain", resolve);
        await Promise.race([drained, closed]);
      }
      return isOpen;
    },
  };
}

/** One line from stdin; nothing at its end. @throws OperatorError INTERRUPTED for Ctrl-C */
function ask(question: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  lines.on("SIGINT", () => {
    reject(new OperatorError("INTERRUPTED", "stopped at the question", { hint: "nothing was done" }));
    lines.close();
  });
  lines.on("close", () => {
    process.stderr.write("\n");
    resolve("");
  });
  lines.question(question, (answer) => {
    resolve(answer);
    lines.removeAllListeners("close");
    lines.close();
  });
  return promise;
}
