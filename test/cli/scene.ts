import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { configurationText } from "../support/configuration.ts";

export interface Scene extends Disposable {
  /** Where commands are typed, and the log tree; real paths. */
  readonly home: string;
  readonly logs: string;
  /** Types one command; what it prints on stdout and stderr, then `[exit N]` when that is not 0. */
  readonly type: (command: string) => Promise<string>;
}

/** What a transcript shows for the scratch directories; of the same length, so that columns stay columns. */
const fast = "/mnt/fast/trading";
const lab = "/srv/tierkeep-lab";

export interface InstalledProgram extends Disposable {
  readonly command: string;
}

/** A copy of the program as it is built now, so that a build meanwhile cannot change it between two commands. */
export function installProgram(): InstalledProgram {
  const home = mkdtempSync("/var/tmp/tk");
  for (const part of ["bin", "dist"]) cpSync(part, `${home}/${part}`, { recursive: true });
  symlinkSync(resolve("node_modules"), `${home}/node_modules`);
  return {
    command: `${home}/bin/tierkeep`,
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}

/** A log tree on one file system (tmpfs), the tiers and the state on another, and a configuration. */
export function makeScene(program: InstalledProgram): Scene {
  const real = { [fast]: mkdtempSync("/dev/shm/tk"), [lab]: mkdtempSync("/var/tmp/tk") };
  const places = Object.entries(real);
  const toReal = (text: string) => places.reduce((all, [name, path]) => all.replaceAll(name, path), text);
  const toShown = (text: string) => places.reduce((all, [name, path]) => all.replaceAll(path, name), text);
  const home = toReal(lab);
  const logs = toReal(`${fast}/log`);
  makeLogs(logs);
  for (const tier of ["warm", "cold"]) mkdirSync(`${home}/${tier}`);
  mkdirSync(`${home}/bin`);
  writeFileSync(`${home}/tierkeep.toml`, toReal(configuration));
  writeFileSync(`${home}/bin/tierkeep`, launcher(program.command), { mode: 0o755 });
  return {
    home,
    logs,
    type: async (command) => toShown(await typed(toReal(command), home)),
    [Symbol.dispose]: () => {
      for (const [, path] of places) rmSync(path, { recursive: true, force: true });
    },
  };
}

const configuration = configurationText({
  host: "jts-1",
  stateDir: `${lab}/state`,
  tiers: {
    hot: { filesystems: [fast] },
    warm: { path: `${lab}/warm`, directory: true, warn: "99%", critical: "100%" },
  },
  moves: [{ name: "logs", source: `${fast}/log`, compress: "zstd", layout: "by-date" }],
});

/** The program with the scene's configuration, unless the command names one. */
function launcher(command: string): string {
  return `#!/bin/sh
case " $* " in *" --config"* | " --version ") exec ${command} "$@" ;; esac
exec ${command} --config tierkeep.toml "$@"
`;
}

/** As logrotate leaves it: what is written now, yesterday's, and old ones, each with the same content every time. */
function makeLogs(root: string): void {
  const old = { "access.log.2": 5, "access.log.3": 4, "access.log.4": 3 };
  for (const name of ["access.log", "access.log.1"]) write(`${root}/nginx/${name}`, lines(name, 100));
  for (const [name, day] of Object.entries(old)) write(`${root}/nginx/${name}`, lines(name, 1_000), oldDay(day));
  write(`${root}/trades.log-20240102`, lines("trade", 4_000), oldDay(2));
}

function oldDay(day: number): number {
  return Date.UTC(2024, 0, day, 6, 25, 1) / 1000;
}

function write(path: string, content: string, modifiedSeconds?: number): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  if (modifiedSeconds !== undefined) utimesSync(path, modifiedSeconds, modifiedSeconds);
}

function lines(name: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `${name} line ${index}\n`).join("");
}

async function typed(command: string, home: string): Promise<string> {
  const file = `${home}/.printed`;
  const output = openSync(file, "w");
  const child = spawn("sh", ["-c", command], {
    cwd: home,
    stdio: ["ignore", output, output],
    env: {
      PATH: `${home}/bin:${process.env.PATH}`,
      LANG: "C.UTF-8",
      TZ: "UTC",
      HOME: home,
      USER: "ops",
      NODE_COMPILE_CACHE: resolve("node_modules/.cache/node"),
    },
    timeout: 60_000,
  });
  closeSync(output);
  const [exitCode, signal] = (await once(child, "close")) as [number | null, string | null];
  const printed = readFileSync(file, "utf8").trimEnd();
  const end = exitCode === 0 ? [] : [`[exit ${exitCode ?? signal}]`];
  return [...(printed === "" ? [] : [printed]), ...end].join("\n");
}
