import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { type Stage, toolOutput } from "./stage.ts";
import type { Teller } from "./teller.ts";

const launcher = resolve(import.meta.dirname, "../../bin/tierkeep");

/** Types commands and runs them for real; their output goes straight to the screen. */
export interface Commands {
  /** `tierkeep …` with the demo's configuration. @returns its exit code */
  readonly tierkeep: (...args: readonly string[]) => Promise<number>;
  /** The same, not waited for. */
  readonly startTierkeep: (...args: readonly string[]) => Promise<ChildProcess>;
  /** The report of a verb that changes nothing; not shown. */
  readonly ask: (...args: readonly string[]) => unknown;
  /** A line for the shell, started in the scratch folder, or in `at`. @returns its exit code */
  readonly shell: (line: string, at?: string) => Promise<number>;
}

export function makeCommands(stage: Stage, teller: Teller, running: Set<ChildProcess>): Commands {
  const start = (command: string, args: readonly string[], cwd: string) => {
    // No stdin: nothing can ask. The real terminal for the rest: colours, bars and progress as an operator sees them.
    const child = spawn(command, args, { cwd, stdio: ["ignore", "inherit", "inherit"] });
    running.add(child);
    child.once("exit", () => running.delete(child));
    return child;
  };
  const config = ["--config", `${stage.root}/tierkeep.toml`];
  const startTierkeep: Commands["startTierkeep"] = async (...args) => {
    await teller.typed(["tierkeep", ...args.map(quoted)].join(" "));
    return start(launcher, [...config, ...args], stage.root);
  };
  return {
    startTierkeep,
    tierkeep: async (...args) => await exitCodeOf(await startTierkeep(...args)),
    ask: (...args) => JSON.parse(toolOutput(launcher, [...config, ...args, "--json"]).toString()),
    shell: async (line, at = stage.root) => {
      await teller.typed(line);
      const define = `tierkeep() { ${shellQuoted(launcher)} ${config.map(shellQuoted).join(" ")} "$@"; }\n`;
      return await exitCodeOf(start("sh", ["-c", define + line], at));
    },
  };
}

async function exitCodeOf(child: ChildProcess): Promise<number> {
  const [code] = (await once(child, "exit")) as [number | null];
  return code ?? -1;
}

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : shellQuoted(text);
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
