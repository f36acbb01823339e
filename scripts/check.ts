import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";

/** All of them run, side by side, so that one look shows everything that is wrong. */
const own = readdirSync("scripts").filter((name) => /^check-.+\.ts$/.test(name));
const gates: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ["biome", "biome", "check", "--error-on-warnings", "."],
  ["tsc", "tsc", "-p", "."],
  ["knip", "knip", "--no-progress"],
  ...own.map((file): [string, string, string] => [file, process.execPath, `scripts/${file}`]),
];

const started = performance.now();
const results = await Promise.all(gates.map(runGate));
for (const result of results.filter(({ failed }) => failed)) console.log(`\n── ${result.name} ──\n${result.output}`);
const words = results.map(({ name, failed }) => `${name} ${failed ? "FAILED" : "ok"}`).join(", ");
console.log(`check: ${words} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
process.exitCode = results.some(({ failed }) => failed) ? 1 : 0;

interface GateResult {
  readonly name: string;
  readonly failed: boolean;
  readonly output: string;
}

function runGate([name, command, ...args]: readonly [string, string, ...string[]]): Promise<GateResult> {
  const { promise, resolve, reject } = Promise.withResolvers<GateResult>();
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
    });
  }
  child.on("error", reject);
  child.on("close", (code) => resolve({ name, failed: code !== 0, output: output.trim() }));
  return promise;
}
