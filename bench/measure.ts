import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";

/** What one command took. */
export interface Measured {
  readonly seconds: number;
  /** User and system time of the command and all that it waited for. */
  readonly cpuSeconds: number;
  /** The most that all its processes had resident at one time, looked at every 40 ms; shared pages count for each. */
  readonly peakRssBytes: number;
  /** The most that one of its processes ever had resident, as the kernel counts it. */
  readonly largestRssBytes: number;
  readonly firstByteSeconds: number | undefined;
  readonly stdoutBytes: number;
  /** The beginning of it. */
  readonly stdout: string;
}

const sampleMs = 40;
const stdoutKept = 65_536;
const ticksPerSecond = 100;

/** Runs a command and measures it. @throws when it fails, with the end of what it said */
export async function measure(command: string, ...args: readonly string[]): Promise<Measured> {
  const cpuBefore = childrenCpuSeconds();
  const begun = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, LC_ALL: "C" } });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, forward);
  const output = collect(child, begun);
  const memory = watchMemory(child.pid ?? 0);
  try {
    const code = await ended(child);
    const seconds = (performance.now() - begun) / 1000;
    if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}\n${output.text()}`);
    return { seconds, cpuSeconds: childrenCpuSeconds() - cpuBefore, ...memory.result(), ...output.result() };
  } finally {
    memory.stop();
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.off(signal, forward);
  }
}

function ended(child: ChildProcess): Promise<number | string> {
  const { promise, resolve, reject } = Promise.withResolvers<number | string>();
  child.on("error", reject);
  child.on("close", (code, signal) => resolve(code ?? signal ?? "nothing"));
  return promise;
}

function collect(child: ChildProcess, begun: number) {
  let firstByteSeconds: number | undefined;
  let stdoutBytes = 0;
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    firstByteSeconds ??= (performance.now() - begun) / 1000;
    stdoutBytes += chunk.length;
    if (stdout.length < stdoutKept) stdout += chunk.toString("utf8", 0, stdoutKept);
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString("utf8")).slice(-stdoutKept);
  });
  return { text: () => `${stderr}${stdout}`, result: () => ({ firstByteSeconds, stdoutBytes, stdout }) };
}

function watchMemory(root: number) {
  let [peakRssBytes, largestRssBytes] = [0, 0];
  const look = () => {
    let total = 0;
    for (const pid of family(root)) {
      const status = textOf(`/proc/${pid}/status`);
      total += kibOf(status, "VmRSS") * 1024;
      largestRssBytes = Math.max(largestRssBytes, kibOf(status, "VmHWM") * 1024);
    }
    peakRssBytes = Math.max(peakRssBytes, total);
  };
  const timer = setInterval(look, sampleMs);
  return { stop: () => clearInterval(timer), result: () => ({ peakRssBytes, largestRssBytes }) };
}

function family(pid: number): readonly number[] {
  const children = textOf(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  return [pid, ...children.flatMap(family)];
}

function kibOf(status: string, key: string): number {
  return Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0);
}

/** Empty for a process that has ended meanwhile. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH")) return "";
    throw error;
  }
}

/** CPU time of all children that have ended and been waited for, their own children included (proc(5)). */
function childrenCpuSeconds(): number {
  const fields = textOf("/proc/self/stat").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}
