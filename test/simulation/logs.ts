import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import type { Roll } from "./dice.ts";
import { sha256, stamp, writeAt } from "./files.ts";

const dayMs = 86_400_000;
const services = ["nginx/access", "nginx/error", "app/orders", "app/fills", "db/slow"] as const;
const rotations = 30;

export interface Logs {
  /** One day's work of services and of logrotate. */
  readonly liveADay: (nowMs: number) => void;
}

/** Logs as logrotate leaves them, late and future ones, and such with names that nobody expects. */
export function openLogs(path: string, { roll, owed }: { roll: Roll; owed: Map<string, string> }): Logs {
  for (const service of services) mkdirSync(`${path}/${service.split("/")[0]}`, { recursive: true });
  let serial = 0;
  const write = (file: string, ms: number) => {
    serial += 1;
    const text = `entry ${serial} `.repeat(20 + roll(400));
    writeAt(file, text, ms);
    owed.set(sha256(text), file);
  };
  return {
    liveADay: (nowMs) => {
      for (const service of services) rotate(`${path}/${service}.log`, { nowMs, owed, write });
      if (roll(3) === 0) append(`${path}/app/orders.log.${1 + roll(3)}`, { nowMs, owed });
      if (roll(10) === 0) write(`${path}/app/${oddName(roll, serial)}`, nowMs - roll(40) * dayMs);
      if (roll(12) === 0) write(`${path}/db/future-${serial}.log.1`, nowMs + roll(20) * dayMs);
    },
  };
}

interface Day {
  readonly nowMs: number;
  readonly owed: Map<string, string>;
  readonly write: (path: string, ms: number) => void;
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
