import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";

/** Writes a file as it was at a moment. */
export function writeAt(path: string, text: string, ms: number): void {
  writeFileSync(path, text);
  stamp(path, ms);
}

/** Gives a file this time of modification, and of access unless another is given. */
export function stamp(path: string, ms: number, accessedMs = ms): void {
  utimesSync(path, accessedMs / 1000, ms / 1000);
}

export function filesBelow(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`)
    .sort();
}

/** A file as a walk finds it. */
export interface Found {
  readonly sha256: string;
  readonly modifiedNs: bigint;
  readonly accessedMs: number;
}

/** Every file below a directory, by its path. */
export function lookBelow(root: string): ReadonlyMap<string, Found> {
  return new Map(
    filesBelow(root).map((path) => {
      const { mtimeNs, atimeMs } = statSync(path, { bigint: true });
      return [path, { modifiedNs: mtimeNs, accessedMs: Number(atimeMs), sha256: sha256(readQuietly(path)) }];
    }),
  );
}

/** Without a trace in its time of access, by which `clean` goes. */
function readQuietly(path: string): Buffer {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOATIME);
  try {
    return readFileSync(fd);
  } finally {
    closeSync(fd);
  }
}

export function sha256(bytes: Buffer | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}
