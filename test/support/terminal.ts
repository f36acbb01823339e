import type { Terminal } from "../../src/cli/terminal.ts";

export interface FakeTerminal extends Terminal {
  /** What went to stderr. */
  readonly notes: string[];
}

/** A terminal that remembers what it is told; everything is off unless it is asked for. */
export function fakeTerminal(keys: Partial<Terminal> = {}): FakeTerminal {
  const notes: string[] = [];
  const never = () => Promise.reject(new Error("nobody answers"));
  return {
    notes,
    print: () => {},
    note: (text) => void notes.push(text),
    ask: never,
    pour: never,
    interactive: false,
    symbols: false,
    colour: false,
    progress: false,
    columns: () => 80,
    ...keys,
  };
}
