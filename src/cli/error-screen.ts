import type { OperatorError } from "../lib/errors.ts";
import { columns, paint, type Terminal } from "./terminal.ts";

/** An expected failure as an operator reads it: what, the facts, and what to do next; never a stack. */
export function errorScreen(terminal: Terminal, error: OperatorError): string {
  const facts = columns(Object.entries(error.facts).map(([key, value]) => [`  ${key}`, value]));
  const hint = error.hint === undefined ? [] : [`tierkeep: hint: ${error.hint}`];
  const [first, ...rest] = error.message.split("\n");
  return `${[`${label(terminal)} ${first} [${error.code}]`, ...rest, ...facts, ...hint].join("\n")}\n`;
}

/** A command line that is not understood, from the parser's own words, in the same manner. */
export function usageScreen(terminal: Terminal, text: string): string {
  const [first = "", ...rest] = text.trimEnd().split("\n");
  const meant = /^\(Did you mean (?:one of )?(.+)\?\)$/.exec(rest.at(-1) ?? "")?.[1];
  const hint = meant === undefined ? "tierkeep --help, or tierkeep VERB --help" : `did you mean ${meant}?`;
  return `${label(terminal)} ${first.replace(/^error: /, "").replace(/\.$/, "")} [USAGE]\ntierkeep: hint: ${hint}\n`;
}

/** Errors go to stderr, which may be a file while stdout is a terminal. */
function label(terminal: Terminal): string {
  return terminal.progress ? paint(terminal, "act", "tierkeep: error:") : "tierkeep: error:";
}
