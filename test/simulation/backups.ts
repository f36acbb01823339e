import { linkSync, mkdirSync, symlinkSync } from "node:fs";
import type { Roll } from "./dice.ts";
import { sha256, writeAt } from "./files.ts";

/** What came in one night, and goes to the tier whole or not at all. */
export interface BackupSet {
  /** The entry in the backups' directory. */
  readonly path: string;
  /** Its files, by their paths, with the SHA-256 of each. */
  readonly files: ReadonlyMap<string, string>;
  /** The newest modification in it. */
  readonly newestMs: number;
}

export interface Backups {
  /** Every set that ever came. */
  readonly sets: readonly BackupSet[];
  readonly liveADay: (nowMs: number) => void;
}

/** Every few nights a backup comes: a directory with a tree in it, or one file. */
export function openBackups(path: string, { roll, owed }: { roll: Roll; owed: Map<string, string> }): Backups {
  mkdirSync(path, { recursive: true });
  const sets: BackupSet[] = [];
  return {
    sets,
    liveADay: (nowMs) => {
      if (roll(3) > 0) return;
      const day = new Date(nowMs).toISOString().slice(0, 10);
      const set = roll(4) === 0 ? oneFile(`${path}/${day}.sql`, nowMs, roll) : tree(`${path}/${day}`, nowMs, roll);
      for (const [file, hash] of set.files) owed.set(hash, file);
      sets.push(set);
    },
  };
}

export function oneFile(path: string, nowMs: number, roll: Roll): BackupSet {
  const files = new Map([[path, write(path, { ms: nowMs, lines: 1 + roll(2_000) })]]);
  return { path, files, newestMs: nowMs };
}

/** As `rsync -a` leaves it: files keep the times that they had where they came from. */
export function tree(path: string, nowMs: number, roll: Roll): BackupSet {
  const hourMs = 3_600_000;
  mkdirSync(`${path}/wal`, { recursive: true });
  const files = new Map<string, string>();
  const add = (name: string, ageHours: number) =>
    files.set(`${path}/${name}`, write(`${path}/${name}`, { ms: nowMs - ageHours * hourMs, lines: 1 + roll(800) }));
  add("base.tar", 0);
  for (let segment = roll(6); segment > 0; segment -= 1) add(`wal/${segment}`, segment);
  if (roll(3) === 0) {
    linkSync(`${path}/base.tar`, `${path}/latest.tar`);
    files.set(`${path}/latest.tar`, files.get(`${path}/base.tar`) ?? "");
  }
  if (roll(3) === 0) symlinkSync("base.tar", `${path}/link`);
  if (roll(3) === 0) mkdirSync(`${path}/empty`);
  return { path, files, newestMs: nowMs };
}

/** Returns the SHA-256 of what was written. */
function write(path: string, { ms, lines }: { readonly ms: number; readonly lines: number }): string {
  const text = `${path} of ${ms}\n`.repeat(lines);
  writeAt(path, text, ms);
  return sha256(text);
}
