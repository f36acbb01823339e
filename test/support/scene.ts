import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mountBindfs } from "./bindfs.ts";
import { configurationText, type Keys } from "./configuration.ts";
import { mountLoop } from "./loop-mount.ts";
import { type SceneFile, writeSceneFiles } from "./scene-files.ts";
import { scratch } from "./scratch.ts";
import {
  type Finished,
  readTrace,
  runCommand,
  straceCommand,
  type Traced,
  type Tracing,
  writeStraceProgram,
} from "./strace.ts";

export interface SceneOptions {
  /** Small files besides the telling ones. */
  readonly tiny?: number;
  readonly warmMiB?: number;
  /** Further arguments for the tier's mkfs. */
  readonly warmMkfs?: readonly string[];
  /** The tier as FUSE shows it, which publishes by link and unlink as NFS does. */
  readonly bindfs?: boolean;
  /** The tier is a directory of the source's own file system, where files are synced one by one. */
  readonly besideSource?: boolean;
  /** The files lie in sets, with a link and an empty directory. */
  readonly sets?: boolean;
  /** Further keys of the tier. */
  readonly tierKeys?: Keys;
}

/** Two real file systems, an adopted tier, an approved job `logs`, and files that are due. */
export interface Scene extends AsyncDisposable {
  readonly directory: string;
  readonly source: string;
  readonly warm: string;
  readonly stateDir: string;
  readonly files: readonly SceneFile[];
  /** Everything as it was before the first run. */
  readonly reset: () => void;
  readonly tierkeep: (...args: readonly string[]) => Promise<Finished>;
  /** With strace around the job's child and its threads, or around the first thread of the command line alone. */
  readonly traced: (where: "job" | "main", tracing: Tracing, args: readonly string[]) => Promise<Traced>;
}

export const sceneHost = "scene";

export async function makeScene(options: SceneOptions = {}): Promise<Scene> {
  await using made = new AsyncDisposableStack();
  const { path: directory } = made.use(scratch("scene"));
  const hot = made.use(await mountLoop({ type: "ext4", sizeMiB: 48 }));
  const real = made.use(
    await mountLoop({ type: "ext4", sizeMiB: options.warmMiB ?? 96, mkfs: options.warmMkfs ?? [] }),
  );
  const warm = await tierPath(options, { made, hot: hot.path, real: real.path });
  const paths = { directory, source: `${hot.path}/log`, warm, stateDir: `${directory}/state` };
  mkdirSync(paths.source);
  const tiers = {
    hot: { filesystems: [hot.path] },
    warm: { path: warm, directory: options.besideSource === true, ...options.tierKeys },
  };
  const unit = options.sets === true ? { unit: "entry", settled_for: "0s" } : { layout: "by-date" };
  const move = { name: "logs", source: paths.source, compress: "zstd", ...unit };
  const { stateDir } = paths;
  writeFileSync(`${directory}/t.toml`, configurationText({ host: sceneHost, stateDir, tiers, moves: [move] }));
  const files = writeSceneFiles(paths.source, { tiny: options.tiny ?? 90, inSets: options.sets === true });
  await succeed(tierkeep(directory, ["tier", "adopt", "warm", "--yes"]));
  await succeed(tierkeep(directory, ["approve", "logs"]));
  const kept = [paths.source, warm, paths.stateDir];
  for (const [index, path] of kept.entries()) copyTree(path, `${directory}/before-${index}`);
  const held = made.move();
  return {
    ...paths,
    files,
    reset: () => {
      for (const [index, path] of kept.entries()) replaceTree(`${directory}/before-${index}`, path);
    },
    tierkeep: (...args) => tierkeep(directory, args),
    traced: (where, tracing, args) => traced(directory, { where, tracing, args }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

async function tierPath(
  options: SceneOptions,
  { made, hot, real }: { made: AsyncDisposableStack; hot: string; real: string },
): Promise<string> {
  if (options.bindfs === true) return made.use(await mountBindfs(real)).path;
  if (options.besideSource !== true) return real;
  mkdirSync(`${hot}/warm`);
  return `${hot}/warm`;
}

const root = new URL("../..", import.meta.url).pathname;
const node = [process.execPath, "--disable-warning=ExperimentalWarning"];

function commandLine(directory: string, args: readonly string[]): readonly string[] {
  return [join(root, "dist/main.js"), "--config", `${directory}/t.toml`, ...args];
}

function tierkeep(directory: string, args: readonly string[]): Promise<Finished> {
  return runCommand({ args: [...node, ...commandLine(directory, args)] });
}

async function traced(
  directory: string,
  { where, tracing, args }: { where: "job" | "main"; tracing: Tracing; args: readonly string[] },
): Promise<Traced> {
  const output = `${directory}/strace`;
  rmSync(output, { force: true });
  const finished = await (where === "main"
    ? runCommand({
        args: [...straceCommand({ ...tracing, follow: false }, output), ...node, ...commandLine(directory, args)],
      })
    : runUnderJob(directory, tracing, args));
  return { ...finished, ...readTrace(output, tracing.injection) };
}

function runUnderJob(directory: string, tracing: Tracing, args: readonly string[]): Promise<Finished> {
  const program = `${directory}/node-under-strace`;
  writeStraceProgram(program, tracing, `${directory}/strace`);
  const preload = join(import.meta.dirname, "strace-job.ts");
  const env = { ...process.env, TIERKEEP_TEST_JOB_UNDER: program };
  return runCommand({ args: [...node, "--import", preload, ...commandLine(directory, args)], env });
}

async function succeed(running: Promise<Finished>): Promise<void> {
  const { exitCode, stderr, stdout } = await running;
  if (exitCode !== 0) throw new Error(`the scene could not be made: ${stderr}${stdout}`);
}

/** With hard links, holes, attributes and times. */
function copyTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  execFileSync("cp", ["-a", `${from}/.`, to], { stdio: ["ignore", "ignore", "pipe"] });
}

/** The directory itself stays, since it may be a mount point or what was approved. */
function replaceTree(from: string, to: string): void {
  for (const name of readdirSync(to)) if (name !== "lost+found") rmSync(join(to, name), { recursive: true });
  copyTree(from, to);
}
