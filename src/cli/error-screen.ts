import type { OperatorError } from "../lib/errors.ts";
import { columns, paint, type Terminal } from "./terminal.ts";

/** An expected failure as an operator reads it: what, the facts, and what to do next; never a stack. */
export function errorScreen(terminal: Terminal, error: OperatorError): string {
  const facts = columns(Object.entries(error.facts).map(([key, value]) => [`  ${key}`, value]));
  const hint = error.hint === undefined ? [] : [`tierkeep: hint: ${error.hint}`];
  const [first, ...rest] = error.message.split("\n");
  return `${[`${paint(terminal, "act", "tierkeep: error:")} ${first} [${error.code}]`, ...rest, ...facts, ...hint].join("\n")}\n`;
}
