import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";

/** What is done to one call: the process dies at its entry, or the call fails, or claims a result that is a lie. */
export type Deed = { readonly signal: "KILL" } | { readonly error: string } | { readonly retval: number };

export interface Injection {
  readonly call: string;
  /** strace counts in each thread by itself: the first thread whose n-th call this is meets it. */
  readonly occurrence: number;
  readonly deed: Deed;
}

export interface Tracing {
  readonly calls: readonly string[];
  /** Only calls on these paths, or relative to these directories, are seen and counted. */
  readonly paths?: readonly string[];
  readonly injection?: Injection;
  /** With its threads and children, unless false. */
  readonly follow?: boolean;
}

/** One system call of one thread. */
export interface TracedCall {
  readonly thread: number;
  readonly call: string;
  /** Its number among the calls of that name in its thread, from 1. */
  readonly occurrence: number;
  /** As strace prints it, descriptors with their paths. */
  readonly text: string;
}

export interface Finished {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Traced extends Finished {
  readonly calls: readonly TracedCall[];
  /** The call at which the process died; of those that failed, each thread's own. */
  readonly hits: readonly TracedCall[];
}

export interface Command {
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * The beginning of a command line that traces what follows. One core, so that a job has one copier thread and its
 * calls come in the same order each time. Not `--seccomp-bpf`: strace 6.1 then injects errors and no signals (measured).
 */
export function straceCommand(tracing: Tracing, output: string): readonly string[] {
  const { calls, paths = [], injection } = tracing;
  const trace = ["-e", `trace=${calls.join(",")}`, ...paths.flatMap((path) => ["-P", path])];
  const inject = injection === undefined ? [] : ["-e", `inject=${injectionText(injection)}`];
  const follow = tracing.follow === false ? [] : ["-f"];
  return ["taskset", "-c", oneCore(), "strace", ...follow, "-qq", "-y", "-s", "64", "-o", output, ...trace, ...inject];
}

function injectionText({ call, occurrence, deed }: Injection): string {
  const [[name, value] = ["", ""]] = Object.entries(deed);
  return `${call}:${name}=${value}:when=${occurrence}`;
}

function oneCore(): string {
  const [, first = "0"] = /Cpus_allowed_list:\s*(\d+)/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  return first;
}

/** A program that runs Node under strace, for where only a path can be given. */
export function writeStraceProgram(file: string, tracing: Tracing, output: string): void {
  const words = [...straceCommand(tracing, output), process.execPath].map(
    (word) => `'${word.replaceAll("'", `'\\''`)}'`,
  );
  writeFileSync(file, `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`);
  chmodSync(file, 0o755);
}

const longestMs = 60_000;

export async function runCommand({ args, env = process.env }: Command): Promise<Finished> {
  const [program = "", ...rest] = args;
  // A group of its own, so that what hangs ends with all its children.
  const child = spawn(program, rest, { stdio: ["ignore", "pipe", "pipe"], env, detached: true });
  const limit = setTimeout(() => process.kill(-(child.pid ?? 0), "SIGKILL"), longestMs);
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
  const [exitCode, signal] = (await once(child, "close")) as [number | null, string | null];
  clearTimeout(limit);
  return { exitCode, signal, stdout, stderr };
}

/** What strace wrote: the calls in order, and the one that was injected. */
export function readTrace(output: string, injection?: Injection): Pick<Traced, "calls" | "hits"> {
  const counts = new Map<string, number>();
  const calls: TracedCall[] = [];
  for (const line of readFileSync(output, "latin1").split("\n")) {
    const [, thread = "0", text, call] = /^(?:(\d+) +)?((\w+)\(.*)$/.exec(line) ?? [];
    if (text === undefined || call === undefined) continue;
    const occurrence = (counts.get(`${thread} ${call}`) ?? 0) + 1;
    counts.set(`${thread} ${call}`, occurrence);
    calls.push({ thread: Number(thread), call, occurrence, text });
  }
  return { calls, hits: injection === undefined ? [] : findHits(calls, injection) };
}

function findHits(calls: readonly TracedCall[], { call, occurrence, deed }: Injection): readonly TracedCall[] {
  const hits = calls.filter((each) => each.call === call && each.occurrence === occurrence);
  return "signal" in deed ? hits.slice(-1) : hits;
}
