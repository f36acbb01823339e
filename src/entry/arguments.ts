import { readFileSync } from "node:fs";
import { type RawPath, textOfArgument } from "../lib/raw-path.ts";

/** The arguments without loss: Node puts U+FFFD where a name is not UTF-8 (HAZARDS M20). */
export function exactArguments(argv: readonly string[]): readonly string[] {
  if (!argv.some((text) => text.includes("\ufffd"))) return argv;
  const words = readFileSync("/proc/self/cmdline", "latin1").split("\0").slice(0, -1);
  return words.slice(-argv.length).map((word) => textOfArgument(word as RawPath));
}
