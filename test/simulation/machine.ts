import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";

const dayMs = 86_400_000;
const services = ["nginx/access", "nginx/error", "app/orders", "app/fills", "db/slow"] as const;
const rotations = 30;

/** A whole number below the given one. */
export type Roll = (below: number) => number;

/**
 * A server that writes logs as logrotate leaves them, backups, and scratch; what it wrote and did not delete itself is
 * in `owed`, by the SHA-256 of its content.
 */
export interface Machine {
  readonly logs: string;
  readonly scratch: string;
  readonly precious: string;
  /** Content that must be readable somewhere, and which path it had. */
  readonly owed: ReadonlyMap<string, string>;
  /** One day's work. */
  readonly liveADay: (nowMs: number) => void;
  /** The content of every file at the source. */
  readonly hashesAtSource: () => ReadonlySet<string>;
}

export function makeMachine(root: string, roll: Roll): Machine {
  const place = { logs: `${root}/log`, scratch: `${root}/scratch`, precious: `${root}/precious` };
  for (const path of [...services.map((name) => `${place.logs}/${name.split("/")[0]}`), place.scratch, place.precious])
    mkdirSync(path, { recursive: true });
  writeFileSync(`${place.precious}/accounts`, "never touch this\n");
  const owed = new Map<string, string>();
  let serial = 0;
  const content = () => {
    serial += 1;
    return `entry ${serial} `.repeat(20 + roll(400));
  };
  const write = (path: string, nowMs: number) => {
    const text = content();
    writeFileSync(path, text);
    stamp(path, nowMs);
    owed.set(sha256(Buffer.from(text)), path);
  };
  return {
    ...place,
    owed,
    liveADay: (nowMs) => {
      for (const service of services) rotate(`${place.logs}/${service}.log`, { nowMs, owed, write });
      if (roll(3) === 0) append(`${place.logs}/app/orders.log.${1 + roll(3)}`, { nowMs, owed });
      if (roll(10) === 0) write(`${place.logs}/app/${oddName(roll, serial)}`, nowMs - roll(40) * dayMs);
      if (roll(12) === 0) write(`${place.logs}/db/future-${serial}.log.1`, nowMs + roll(20) * dayMs);
      fillScratch(place, { nowMs, roll });
    },
    hashesAtSource: () => new Set(filesBelow(place.logs).map((path) => sha256(readFileSync(path)))),
  };
}

interface Day {
  readonly nowMs: number;
  readonly owed: Map<string, string>;
  readonly write: (path: string, nowMs: number) => void;
}

/** `app.log` becomes `app.log.1`, and so on; what would be the 31st is deleted, as logrotate does. */
function rotate(path: string, { nowMs, owed, write }: Day): void {
  const last = `${path}.${rotations}`;
  if (existsSync(last)) {
    owed.delete(sha256(readFileSync(last)));
    rmSync(last);
  }
  for (let number = rotations - 1; number >= 1; number -= 1) {
    if (existsSync(`${path}.${number}`)) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
  }
  if (existsSync(path)) renameSync(path, `${path}.1`);
  write(path, nowMs);
}

/** A late line for an old log: its content is another one now. */
function append(path: string, { nowMs, owed }: Pick<Day, "nowMs" | "owed">): void {
  if (!existsSync(path)) return;
  owed.delete(sha256(readFileSync(path)));
  appendFileSync(path, `late line at ${nowMs}\n`);
  stamp(path, nowMs);
  owed.set(sha256(readFileSync(path)), path);
}

function oddName(roll: Roll, serial: number): string {
  const names = ["a b.log.1", "--delete", "two\nlines.log.2", "Börse 株式.log.3", "$(reboot).log.4", "*.log.5"];
  return `${serial} ${names[roll(names.length)]}`;
}

function fillScratch({ scratch, precious }: { scratch: string; precious: string }, day: { nowMs: number; roll: Roll }) {
  const { nowMs, roll } = day;
  const folder = `${scratch}/job-${roll(50)}`;
  mkdirSync(folder, { recursive: true });
  for (let index = roll(6); index > 0; index -= 1) {
    const path = `${folder}/${roll(1_000)}`;
    if (existsSync(path)) continue;
    writeFileSync(path, `scratch ${nowMs}\n`);
    stamp(path, nowMs);
  }
  if (roll(4) === 0 && !existsSync(`${folder}/link`)) symlinkSync(precious, `${folder}/link`);
}

/** The newest modification in a scratch file, in days before a moment. */
export function scratchAges(scratch: string, nowMs: number): readonly number[] {
  return filesBelow(scratch).map((path) => (nowMs - statSync(path).mtimeMs) / dayMs);
}

export function filesBelow(root: string): readonly string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`);
}

export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function stamp(path: string, ms: number): void {
  utimesSync(path, ms / 1000, ms / 1000);
}
