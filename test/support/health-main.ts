import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import type { Cli } from "../../src/cli/cli.ts";
import { addHealthVerb } from "../../src/cli/health.ts";
import type { Config } from "../../src/config/config.ts";
import { realHost } from "../../src/host/host.ts";

// `health` alone, as a process of its own: its configuration is JSON, so that a test says exactly what it asks.
const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());
const looks = process.env.TIERKEEP_TEST_LOOKS ?? "plain";

const cli: Cli = {
  terminal: {
    print: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(text),
    ask: () => Promise.resolve(""),
    pour: () => Promise.resolve(true),
    interactive: false,
    symbols: looks !== "plain",
    colour: looks === "colour",
    progress: false,
    columns: () => 80,
  },
  host: realHost(),
  entryPoint: (name) => new URL(`../../src/entry/${name}.ts`, import.meta.url).pathname,
  toolVersion: "0.0.0",
  env: process.env,
  signal: stop.signal,
  exit: (code) => {
    process.exitCode = code;
  },
};
const program = new Command("tierkeep");
addHealthVerb(program, cli, {
  config: (file) => JSON.parse(readFileSync(file ?? "", "utf8")) as Config,
});
try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode;
}
