import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { closeSync, existsSync, globSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { scratch } from "../../support/scratch.ts";

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface TestDocker extends AsyncDisposable {
  readonly socket: string;
  readonly directory: string;
  readonly api: (method: string, path: string, body?: object | Buffer) => Promise<Answer>;
  /** Ends the Engine by this signal and starts it again. */
  readonly restart: (signal: "SIGTERM" | "SIGKILL") => Promise<void>;
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
}

/** For `test(name, { skip: needsDocker }, …)`. */
export const needsDocker: string | false = whatIsMissing();

function whatIsMissing(): string | false {
  if (process.getuid?.() !== 0) return "needs root to start dockerd";
  const programs = ["dockerd", "docker", "docker-init"];
  const missing = programs.filter((name) => !["/usr/sbin", "/usr/bin"].some((place) => existsSync(`${place}/${name}`)));
  return missing.length === 0 ? false : `needs ${missing.join(", ")} (the Debian package docker.io)`;
}

/**
 * A real Docker of its own, in namespaces for mounts, processes and network: all that it mounts and starts ends with
 * one process, and what Docker writes below /etc and /run stays in there.
 */
export async function startDocker(): Promise<TestDocker> {
  await using starting = new AsyncDisposableStack();
  const { path: directory } = starting.use(scratch("docker"));
  const holder = starting.use(await holdNamespaces(directory));
  const cgroup = `tierkeep-test-${randomBytes(4).toString("hex")}`;
  starting.defer(() => removeCgroups(cgroup));
  starting.defer(holder.end);
  writeFileSync(`${directory}/daemon.json`, "{}");
  const startIt = () => startEngine({ directory, cgroup, holder: holder.pid });
  const engine = { running: await startIt() };
  const held = starting.move();
  const socket = `${directory}/docker.sock`;
  const kill = async (signal: "SIGTERM" | "SIGKILL") => {
    const pid = Number(readFileSync(`/proc/${engine.running.pid}/task/${engine.running.pid}/children`, "utf8").trim());
    process.kill(pid, signal);
    if (engine.running.exitCode === null && engine.running.signalCode === null) await once(engine.running, "exit");
    rmSync(`${directory}/pid`, { force: true });
  };
  return {
    socket,
    directory,
    api: (method, path, body) => askDocker(socket, { method, path, body }),
    restart: async (signal) => {
      await kill(signal);
      engine.running = await startIt();
    },
    kill: () => kill("SIGKILL"),
    start: async () => {
      engine.running = await startIt();
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

interface Holder extends AsyncDisposable {
  /** Of the process whose namespaces they are. */
  readonly pid: number;
  readonly end: () => Promise<void>;
}

async function holdNamespaces(directory: string): Promise<Holder> {
  for (const name of ["etc", "etc-work"]) mkdirSync(`${directory}/${name}`);
  const overlay = `lowerdir=/etc,upperdir=${directory}/etc,workdir=${directory}/etc-work`;
  const script = `mount -t tmpfs tmpfs /run && mount -t overlay -o ${overlay} overlay /etc && touch ${directory}/ready && exec docker-init -- sleep infinity`;
  const unshare = [
    "unshare",
    "--mount",
    "--pid",
    "--net",
    "--fork",
    "--kill-child",
    "--mount-proc",
    "sh",
    "-c",
    script,
  ];
  const log = openSync(`${directory}/namespaces.log`, "a");
  const child = spawn("setpriv", ["--pdeathsig", "KILL", ...unshare], { stdio: ["ignore", log, log] });
  closeSync(log);
  const end = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  await until(() => existsSync(`${directory}/ready`), child, `${directory}/namespaces.log`);
  const pid = Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim());
  return { pid, end, [Symbol.asyncDispose]: end };
}

async function startEngine(at: { directory: string; cgroup: string; holder: number }): Promise<ChildProcess> {
  const { directory } = at;
  const log = openSync(`${directory}/log`, "a");
  const child = spawn(
    "nsenter",
    [
      ...["-t", String(at.holder), "--mount", "--pid", "--net", "dockerd", "--host", `unix://${directory}/docker.sock`],
      ...["--iptables=false", "--ip6tables=false", "--bridge=none", `--cgroup-parent=/${at.cgroup}`],
      ...["--data-root", `${directory}/data`, "--exec-root", `${directory}/exec`],
      ...["--pidfile", `${directory}/pid`, "--config-file", `${directory}/daemon.json`],
    ],
    { stdio: ["ignore", log, log] },
  );
  closeSync(log);
  await until(() => answers(`${directory}/docker.sock`), child, `${directory}/log`);
  return child;
}

async function answers(socket: string): Promise<boolean> {
  try {
    return (await askDocker(socket, { method: "GET", path: "/version" })).status === 200;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

/** Waits for something to become true; `log` has what the process said. */
async function until(isTrue: () => boolean | Promise<boolean>, child: ChildProcess, log: string): Promise<void> {
  for (let waited = 0; !(await isTrue()); waited += 20) {
    const hasEnded = child.exitCode !== null || child.signalCode !== null;
    if (hasEnded || waited > 60_000)
      throw new Error(`Docker did not come up: ${readFileSync(log, "utf8").slice(-2_000)}`);
    await pause(20);
  }
}

/** They are in all hierarchies of version 1, or in the one of version 2. */
function removeCgroups(name: string): void {
  const found = globSync([`/sys/fs/cgroup/${name}`, `/sys/fs/cgroup/*/${name}`]);
  for (const path of found) execFileSync("find", [path, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"]);
}

function askDocker(
  socketPath: string,
  { method, path, body }: { method: string; path: string; body?: object | Buffer | undefined },
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const type = Buffer.isBuffer(body) ? "application/x-tar" : "application/json";
  const asked = request({ socketPath, method, path, agent: false, headers: { host: "d", "content-type": type } });
  asked.on("error", reject);
  asked.on("response", async (response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    resolve({ status: response.statusCode ?? 0, body: /^[[{]/.test(text) ? firstDocument(text) : text });
  });
  asked.end(body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  return promise;
}

/** Some answers are a stream of documents, a line each. */
function firstDocument(text: string): unknown {
  return JSON.parse(text.includes("\r\n") ? (text.split("\r\n")[0] ?? "") : text);
}
