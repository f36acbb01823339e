import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { setTimes } from "../../src/host/posix.ts";

export interface SceneFile {
  /** From the source's root, each character one byte. */
  readonly name: string;
  readonly sha256: string;
  /** Young files stay. */
  readonly moves: boolean;
}

interface Wanted {
  readonly name: string;
  readonly content: Buffer;
  readonly ageDays: number;
  readonly make?: (path: Buffer, content: Buffer) => void;
}

const dayMs = 86_400_000;

export interface SceneFilesOptions {
  /** Small logs, besides one of everything that is hard to move. */
  readonly tiny: number;
  /** Below `set`, `tiny` and, what stays, `young`. */
  readonly inSets: boolean;
}

/** Makes the files below `root`. */
export function writeSceneFiles(root: string, { tiny, inSets }: SceneFilesOptions): readonly SceneFile[] {
  const nowMs = Date.now();
  const plain = [...tinyFiles(tiny), ...tellingFiles(), ...youngFiles()];
  const files = (inSets ? plain.map(inSet) : plain).map((file, index) => {
    const path = pathOf(root, file.name);
    mkdirSync(pathOf(root, file.name.split("/").slice(0, -1).join("/")), { recursive: true });
    (file.make ?? writeFileSync)(path, file.content);
    touch(path, nowMs - file.ageDays * dayMs, index);
    return { name: file.name, sha256: sha256(file.content), moves: file.ageDays > 7 };
  });
  if (inSets) {
    symlinkSync("noise.1", `${root}/set/link`);
    mkdirSync(`${root}/set/empty`);
    for (const directory of ["set/empty", "set/odd"]) utimesSync(`${root}/${directory}`, directoryTime, directoryTime);
  }
  return files;
}

/** Of directories in sets. */
export const directoryTime = new Date("2020-02-29T12:00:00Z");

function inSet(file: Wanted): Wanted {
  const { name, ageDays } = file;
  if (ageDays <= 7) return { ...file, name: `young/${name}` };
  return name.startsWith("tiny/") ? file : { ...file, name: `set/${name}` };
}

export function pathOf(root: string, name: string): Buffer {
  return Buffer.concat([Buffer.from(root), Buffer.from(`/${name}`, "latin1")]);
}

export function sha256(content: Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

function* tinyFiles(count: number): Generator<Wanted> {
  for (let index = 0; index < count; index++) {
    const content = Buffer.from(`tiny ${index}\n`.repeat(20 + (index % 7)));
    const make = index % 30 === 0 ? { make: writeMarked } : {};
    yield { name: `tiny/app.log.${index + 1}`, content, ageDays: 10 + (index % 2), ...make };
  }
}

function* tellingFiles(): Generator<Wanted> {
  const text = Buffer.from("2026-11-23 order filled at 101.25 quantity 300\n".repeat(120_000));
  yield { name: "big.log.1", content: text.subarray(0, 5 * 2 ** 20), ageDays: 12 };
  yield { name: "random.bin.1", content: noise("random", 4.5 * 2 ** 20), ageDays: 12 };
  yield { name: "noise.1", content: noise("noise", 2 ** 16), ageDays: 12 };
  yield { name: "empty.1", content: Buffer.alloc(0), ageDays: 12 };
  for (const name of ["sparse.1", "sparse.2"]) {
    const content = Buffer.concat([noise(name, 2 ** 20), Buffer.alloc(2 ** 20)]);
    yield { name, content, ageDays: 12, make: writeSparse };
  }
  for (const [index, name] of ['odd/line\nbreak "x" $HOME.1', "odd/\xff\xfe.1", "odd/-rf.1", "odd/'; true.1"].entries())
    yield { name, content: Buffer.from(`odd name ${index}`), ageDays: 12 };
  const linked = Buffer.from("one file under two names\n".repeat(9));
  yield { name: "linked.1", content: linked, ageDays: 12 };
  const link = (path: Buffer) => linkSync(besides(path, "../linked.1"), path);
  yield { name: "odd/linked-too.1", content: linked, ageDays: 12, make: link };
  yield { name: "marked.1", content: Buffer.from("has an attribute\n".repeat(9)), ageDays: 12, make: writeMarked };
}

function* youngFiles(): Generator<Wanted> {
  yield { name: "tiny/app.log", content: Buffer.from("live\n"), ageDays: 0 };
  yield { name: "young.1", content: Buffer.from("young\n"), ageDays: 3 };
}

/** Bytes that do not compress, the same in every run. */
function noise(seed: string, sizeBytes: number): Buffer {
  return createHash("shake256", { outputLength: sizeBytes }).update(seed).digest();
}

function writeSparse(path: Buffer, content: Buffer): void {
  const fd = openSync(path, "w", 0o640);
  writeSync(fd, content, 0, content.length / 2, 0);
  ftruncateSync(fd, content.length);
  closeSync(fd);
}

function writeMarked(path: Buffer, content: Buffer): void {
  writeFileSync(path, content, { mode: 0o600 });
  execFileSync("chown", ["1000:1000", path.toString()]);
  execFileSync("setfattr", ["-n", "user.note", "-v", "keep me", path.toString()]);
}

function besides(path: Buffer, relative: string): Buffer {
  return Buffer.from(`${path.toString("latin1").replace(/[^/]*$/, "")}${relative}`, "latin1");
}

/** To the nanosecond, which Node's own `utimes` cannot. */
function touch(path: Buffer, ms: number, index: number): void {
  const fd = openSync(path, "r");
  const ns = BigInt(Math.floor(ms)) * 1_000_000n + BigInt(index * 1_001 + 7);
  setTimes(fd, ns, ns);
  closeSync(fd);
}
