import type { RawPath } from "../lib/raw-path.ts";

const compressed = String.raw`(?:\.(?:gz|xz|bz2|zst|lz4|Z|zip))?`;
const stamp = String.raw`\d{8}(?:[-T._]?\d{2,6})?|\d{4}-\d{2}-\d{2}|\d{10}`;
const numbered = new RegExp(String.raw`^(.+)\.\d{1,4}${compressed}$`, "s");
const dated = new RegExp(`^(.+)[-.](?:${stamp})${compressed}$`, "s");
const datedBeforeExtension = new RegExp(String.raw`^(.+)[-.](?:${stamp})(\.[A-Za-z]+)${compressed}$`, "s");

/** What every rotated name has, and few others. */
const stamped = /[-.]\d/;

/** The names that a rotation will write to again, judged by the rotated ones that lie beside them (HAZARDS M34). */
export function activeNames(names: Iterable<RawPath>): ReadonlySet<RawPath> {
  const active = new Set<RawPath>();
  for (const name of names) {
    if (!stamped.test(name)) continue;
    const simple = numbered.exec(name) ?? dated.exec(name);
    if (simple?.[1] !== undefined) active.add(simple[1] as RawPath);
    const extended = datedBeforeExtension.exec(name);
    if (extended !== null) active.add(`${extended[1]}${extended[2]}` as RawPath);
  }
  return active;
}

const [dot, dash, zero, nine] = [0x2e, 0x2d, 0x30, 0x39] as const;

/** False for names, from `from` to `to`, that mean nothing to `activeNames`; far cheaper than asking it. */
export function mayBeRotated(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to - 1; at++) {
    if (bytes[at] === dot && isDigit(bytes[at + 1])) return true;
    if (bytes[at] === dash && isDigit(bytes[at + 1]) && isDigit(bytes[at + 4])) return true;
  }
  return false;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= nine;
}

/** Every name that a rotation of `name` begins with: `app.log`, and `app` for `app-20261122.log`. */
export function rotationStems(name: RawPath): readonly RawPath[] {
  const extension = name.lastIndexOf(".");
  return extension > 0 ? [name, name.slice(0, extension) as RawPath] : [name];
}

/** The name is one that a rotation gave, so no rotation will write to it again. */
export function isRotated(name: RawPath): boolean {
  return numbered.test(name) || dated.test(name) || datedBeforeExtension.test(name);
}

export interface Ownership {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
}

/** A log's owner could make it anew in its directory after it has moved. */
export function canCreateAgain(file: Ownership, directory: Ownership): boolean {
  if (file.uid === 0) return true;
  if (directory.uid === file.uid) return (directory.mode & 0o300) === 0o300;
  if (directory.gid === file.gid) return (directory.mode & 0o030) === 0o030;
  return (directory.mode & 0o003) === 0o003;
}
