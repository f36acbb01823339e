import { appendFileSync, openSync, readFileSync, readlinkSync, renameSync, writeSync } from "node:fs";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { DatabaseSync } from "node:sqlite";
import { type MessagePort, parentPort, type Transferable, workerData } from "node:worker_threads";
import zlib from "node:zlib";

/**
 * The copier thread, with one thing going wrong at one exact place: what cannot be made to happen in that instant from
 * outside. Everything else is the real program. `TIERKEEP_TEST_HOOK` says what.
 */
export type Hook =
  /** The compressor gives back well-formed bytes of other content. */
  | { readonly kind: "lying-compressor" }
  /** After a file was copied and closed, its staged copy changes. */
  | { readonly kind: "spoil-staged"; readonly how: "flip-byte" | "zero-tail" | "cut" }
  /** Just before the source's `unlinkat` somebody opens it, appends and keeps it open. */
  | { readonly kind: "write-before-unlink"; readonly text: string }
  /** Just before the first call that removes the name `to`, a rotation gives it to another file. */
  | { readonly kind: "rotate-before-removal"; readonly from: string; readonly to: string }
  /** Just before the first call that removes the name `to`, somebody opens it, appends and keeps it open. */
  | { readonly kind: "write-before-removal"; readonly to: string; readonly text: string }
  /** Writes down of each name that `unlinkat` is about to remove what catalog and tier have of it. */
  | { readonly kind: "look-before-unlink"; readonly log: string; readonly catalog: string; readonly tier: string };

const hook = JSON.parse(process.env.TIERKEEP_TEST_HOOK ?? "{}") as Hook;

type NativeFunction = (...args: readonly unknown[]) => number;
interface Koffi {
  load(name: string): { func(prototype: string): NativeFunction };
}

const koffi = createRequire(import.meta.url)("koffi") as Koffi;
const load = koffi.load.bind(koffi);
koffi.load = (name) => {
  const library = load(name);
  return {
    func: (prototype) => {
      const real = library.func(prototype);
      if (prototype.includes(" renameat2(")) return hookRemoval(real);
      return prototype.includes(" unlinkat(") ? hookUnlink(hookRemoval(real)) : real;
    },
  };
};

let isRemoved = false;

function hookRemoval(real: NativeFunction): NativeFunction {
  return (directory, name, ...more) => {
    const path = `${readlinkSync(`/proc/self/fd/${String(directory)}`)}/${cText(name as Buffer)}`;
    if ("to" in hook && path === hook.to && !isRemoved) {
      isRemoved = true;
      if (hook.kind === "rotate-before-removal") renameSync(hook.from, hook.to);
      else writeSync(openSync(path, "a"), hook.text);
    }
    return real(directory, name, ...more);
  };
}

function hookUnlink(real: NativeFunction): NativeFunction {
  return (directory, name, flags) => {
    const path = `${readlinkSync(`/proc/self/fd/${String(directory)}`)}/${cText(name as Buffer)}`;
    if (hook.kind === "look-before-unlink") appendFileSync(hook.log, `${storedOf(path, hook)}\n`);
    if (hook.kind === "write-before-unlink" && !path.includes("/.tierkeep/")) {
      // Left open: a writer that slipped in.
      writeSync(openSync(path, "a"), hook.text);
    }
    return real(directory, name, flags);
  };
}

function storedOf(path: string, { catalog, tier }: { readonly catalog: string; readonly tier: string }): string {
  using db = new DatabaseSync(catalog, { readOnly: true });
  // A source has its operation's id as name for the instant in which it is removed.
  const [, id = ""] = path.split("/.tierkeep-aside-");
  const row = db
    .prepare(
      "SELECT path, stored_as FROM placements JOIN batches USING (batch) WHERE run || '.' || job || '.' || seq = ?",
    )
    .get(id);
  if (row === undefined) return `${path} not placed`;
  const original = Buffer.from(row.path as Uint8Array).toString("latin1");
  return `${original} placed: ${readFileSync(`${tier}/${Buffer.from(row.stored_as as Uint8Array).toString()}`, "utf8")}`;
}

function cText(buffer: Buffer): string {
  return buffer.toString("latin1", 0, buffer.indexOf(0));
}

if (hook.kind === "lying-compressor") {
  const { zstdCompressSync } = zlib;
  zlib.zstdCompressSync = ((bytes: Uint8Array, options) => {
    const other = Buffer.from(bytes);
    other[other.length >> 1] = (other[other.length >> 1] ?? 0) ^ 1;
    return zstdCompressSync(other, options);
  }) as typeof zlib.zstdCompressSync;
  syncBuiltinESMExports();
}

const { open, openBeneath, readInto, writeFully, truncateFile, closeFd } = await import("../../../src/host/posix.ts");
const { statFd } = await import("../../../src/host/stat.ts");

function spoil(seq: number, how: string): void {
  const staging = (workerData as { staging: number }).staging;
  const fd = openBeneath(staging, String(seq) as Parameters<typeof openBeneath>[1], open.O_RDWR);
  const { sizeBytes } = statFd(fd);
  const byte = Buffer.alloc(1);
  if (how === "cut") truncateFile(fd, sizeBytes - 1);
  else if (how === "zero-tail") writeFully(fd, Buffer.alloc(sizeBytes >> 1), sizeBytes - (sizeBytes >> 1));
  else {
    readInto(fd, byte, sizeBytes >> 1);
    writeFully(fd, Buffer.from([(byte[0] ?? 0) ^ 1]), sizeBytes >> 1);
  }
  closeFd(fd);
}

interface Message {
  readonly id: number;
  readonly call: string;
  readonly request: { readonly tasks: { readonly seqs: readonly number[] } };
}

const asked = new Map<number, Message>();

if (parentPort === null) throw new Error("this file runs as a worker thread of a job");
const port = parentPort;
const on = port.on.bind(port) as (event: string, take: (message: Message) => void) => MessagePort;
const postMessage = port.postMessage.bind(port) as (answer: unknown, transfer: readonly Transferable[]) => void;
port.on = ((event: string, take: (message: Message) => void) =>
  on(event, (message) => {
    if (typeof message === "object") asked.set(message.id, message);
    take(message);
  })) as typeof port.on;
port.postMessage = ((answer: { readonly id: number }, transfer: readonly Transferable[]) => {
  const message = asked.get(answer.id);
  if (hook.kind === "spoil-staged" && message?.call === "copy") {
    for (const seq of message.request.tasks.seqs) spoil(seq, hook.how);
  }
  postMessage(answer, transfer);
}) as typeof port.postMessage;

await import("../../../src/entry/copier.ts");
