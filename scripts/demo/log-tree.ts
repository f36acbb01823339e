import {
  chmodSync,
  chownSync,
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { gzipSync } from "node:zlib";
import { type Dice, dice, logText, type Voice } from "./log-lines.ts";
import { writeOddFiles } from "./odd-files.ts";
import { tool } from "./stage.ts";

/** A log tree as logrotate leaves it, and what is special in it. */
export interface LogTree {
  readonly files: number;
  /** Old enough to move, and still held open by the writer of the demo. */
  readonly heldOpen: string;
  /** A path to look up and read, absolute. */
  readonly example: string;
  readonly hasXattr: boolean;
}

interface Service {
  readonly directory: string;
  readonly voice: Voice;
  readonly owner: readonly [uid: number, gid: number];
  readonly logs: readonly string[];
}

const services: readonly Service[] = [
  {
    directory: "nginx",
    voice: "web",
    owner: [33, 4],
    logs: ["access", "error", "api-access", "api-error", "shop-access", "shop-error", "www-access", "www-error"],
  },
  { directory: "postgresql", voice: "database", owner: [105, 4], logs: ["postgresql", "slow", "autovacuum", "audit"] },
  { directory: "clickhouse", voice: "database", owner: [106, 4], logs: ["server", "server.err", "query"] },
  {
    directory: "trader",
    voice: "trader",
    owner: [1001, 1001],
    logs: ["gateway", "orders", "risk", "fills", "xetr", "xnas", "bats", "hedge", "quotes", "audit"],
  },
  { directory: "mail", voice: "mail", owner: [0, 4], logs: ["mail", "mail.err"] },
  { directory: "cron", voice: "mail", owner: [0, 0], logs: ["cron", "backup", "report"] },
];

const dayMs = 86_400_000;
const rotations = 64;
const wantedFiles = 2_000;

/** Makes 2,000 files below `root`, the same ones each time but for their dates. */
export function makeLogTree(root: string, outside: string): LogTree {
  const roll = dice(2_026);
  const today = lastRotation(Date.now());
  let files = 0;
  const write: WriteFile = (path, content, { ageDays, owner = [0, 0], mode = 0o640 }) => {
    const name = Buffer.isBuffer(path) ? path : Buffer.from(`${root}/${path}`);
    writeFileSync(name, content);
    if (process.getuid?.() === 0) chownSync(name, owner[0], owner[1]);
    chmodSync(name, mode);
    setAge(name, today - ageDays * dayMs, roll);
    files += 1;
  };
  for (const service of services) {
    mkdirSync(`${root}/${service.directory}`, { recursive: true, mode: 0o750 });
    for (const log of service.logs) makeRotations(service, log, { roll, today, write });
  }
  writeOddFiles(root, write);
  const feed = Buffer.from(logText("trader", today, { roll, sizeBytes: 4 * 2 ** 20 }));
  // The newest of what is due, so that a run that is killed has these before it.
  for (const age of [7, 8, 9]) {
    write(`trader/feed.log.${age}`, Buffer.concat(Array(6).fill(feed)), { ageDays: age, owner: [1001, 1001] });
  }
  files += makeLinks(root, outside);
  makeSparse(`${root}/trader/book.dump.3`, { ageMs: today - 20 * dayMs, roll });
  files += 1;
  const hasXattr = tool("setfattr", ["-n", "user.ticket", "-v", "OPS-4711", `${root}/nginx/error.log.30`]);
  for (let number = 1; files < wantedFiles; number += 1) {
    const name = `cron/report-${String(number).padStart(3, "0")}.txt`;
    write(name, logText("mail", today, { roll, sizeBytes: 900 }), { ageDays: 10 + roll(300) });
  }
  return { files, heldOpen: `${root}/trader/gateway.log.9`, example: `${root}/nginx/access.log.30`, hasXattr };
}

/** The last midnight or noon that is six hours ago at least, so that no age is near a whole number of days. */
function lastRotation(nowMs: number): number {
  return Math.floor((nowMs - dayMs / 4) / (dayMs / 2)) * (dayMs / 2);
}

export type WriteFile = (
  path: string | Buffer,
  content: string | Buffer,
  look: { readonly ageDays: number; readonly owner?: readonly [uid: number, gid: number]; readonly mode?: number },
) => void;

function makeRotations(
  { directory, voice, owner }: Service,
  log: string,
  { roll, today, write }: { roll: Dice; today: number; write: WriteFile },
): void {
  const isQuiet = log.endsWith("error") || log.endsWith("err");
  for (let age = 0; age <= rotations; age += 1) {
    const sizeBytes = isQuiet ? roll(3) * 700 : 2_000 + roll(14_000);
    const text = sizeBytes === 0 ? "" : logText(voice, today - age * dayMs, { roll, sizeBytes });
    const isPacked = directory === "mail" && age > 1;
    const name = `${directory}/${log}.log${age === 0 ? "" : `.${age}`}${isPacked ? ".gz" : ""}`;
    // A log that was quiet lately is old itself; its writer will come back to it all the same.
    const ageDays = age === 0 && directory === "cron" ? 12 : age;
    write(name, isPacked ? gzipSync(text) : text, { ageDays, owner, mode: directory === "trader" ? 0o600 : 0o640 });
  }
}

/** Two hard links that move together; one that leads out of the tree and so stays. */
function makeLinks(root: string, outside: string): number {
  linkSync(`${root}/trader/orders.log.40`, `${root}/trader/orders-before-the-incident`);
  linkSync(`${root}/trader/orders.log.40`, `${root}/cron/'see also' orders`);
  mkdirSync(outside, { recursive: true });
  linkSync(`${root}/trader/audit.log.20`, `${outside}/audit.log.20`);
  symlinkSync("access.log", `${root}/nginx/current`);
  return 2;
}

/** 48 MiB by its size, three blocks by its content. */
function makeSparse(path: string, { ageMs, roll }: { ageMs: number; roll: Dice }): void {
  const fd = openSync(path, "w", 0o600);
  writeSync(fd, "order book, first page\n", 0);
  writeSync(fd, "order book, a page in the middle\n", 20 * 2 ** 20);
  closeSync(fd);
  truncateSync(path, 48 * 2 ** 20);
  setAge(Buffer.from(path), ageMs, roll);
}

/** A time with nanoseconds that are not round. */
function setAge(path: Buffer, atMs: number, roll: Dice): void {
  const seconds = atMs / 1000 + roll(600) + roll(1e9) / 1e9;
  utimesSync(path, seconds, seconds);
}
