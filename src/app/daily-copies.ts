import type { Catalog } from "../catalog/catalog.ts";
import { machineId } from "../host/machine.ts";
import {
  closeFd,
  open,
  openBeneath,
  openRoot,
  readFully,
  replaceFileAt,
  syncFile,
  unlinkFile,
  writeFully,
} from "../host/posix.ts";
import { hasCode } from "../lib/errors.ts";
import { baseName, joinPath, parentOf, type RawPath, rawPath } from "../lib/raw-path.ts";
import { openTierDirectory, removeOwnTree } from "../moves/tier-files.ts";
import type { OpenTier } from "../tiers/tier.ts";
import { dailyFiles } from "./daily-files.ts";

export interface DailyCopies {
  readonly tier: OpenTier;
  readonly catalog: Catalog;
  readonly host: string;
  readonly stateDir: string;
  readonly configFile: string;
  readonly nowMs: number;
}

/** `.tierkeep/hosts/<host>/host.json`: whose folder it is, and which days lie beside it. */
interface HostFile {
  readonly schema: "tierkeep.host/1";
  readonly host: string;
  /** Of the machine that writes here; another one never does. */
  readonly machineId: string;
  /** The days whose copies are whole, such as `20261123`, oldest first. */
  readonly days: readonly string[];
}

const schema = "tierkeep.host/1";
const daysKept = 3;
const hostFile = rawPath("host.json");

/**
 * Keeps on a tier what a lost machine is brought back from, once a day and for three days: the configuration in force,
 * the catalog, fstab and LVM's metadata (PROTOCOLS section 1). @throws TierFailure, SystemError
 */
export function keepDailyCopies(copies: DailyCopies): void {
  const today = new Date(copies.nowMs).toISOString().slice(0, 10).replaceAll("-", "");
  const { root } = copies.tier;
  const folder = rawPath(`.tierkeep/hosts/${copies.host}`);
  const directory = openTierDirectory(root, folder);
  try {
    const found = readHostFile(directory);
    if (found !== undefined && found.machineId !== machineId()) return;
    const days = found?.days ?? [];
    if (days.includes(today)) return;
    // What a run that died began today is not whole, and begun anew.
    removeOwnTree(root, joinPath(folder, today));
    for (const { path, from } of dailyFiles(copies)) copyIfThere(root, joinPath(folder, today, path), from);
    const kept = [...days, today].slice(-daysKept);
    writeHostFile(directory, { schema, host: copies.host, machineId: machineId(), days: kept });
    for (const day of days.filter((each) => !kept.includes(each))) removeOwnTree(root, joinPath(folder, day));
  } finally {
    closeFd(directory);
  }
}

function readHostFile(directory: number): HostFile | undefined {
  try {
    const fd = openBeneath(directory, hostFile, open.O_RDONLY | open.O_NOFOLLOW);
    const buffer = Buffer.alloc(65_536);
    const text = buffer.toString("utf8", 0, readFully(fd, buffer, 0));
    closeFd(fd);
    return JSON.parse(text) as HostFile;
  } catch (error) {
    if (hasCode(error, "ENOENT") || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The old list or the new one is there at every instant: without one, the days beside it would be nobody's. */
function writeHostFile(directory: number, file: HostFile): void {
  const staged = rawPath("host.json.new");
  removeIfThere(directory, staged);
  writeDurably(directory, staged, [Buffer.from(`${JSON.stringify(file, undefined, 2)}\n`)]);
  replaceFileAt({ directory, name: staged }, { directory, name: hostFile });
  syncFile(directory);
}

function removeIfThere(directory: number, name: RawPath): void {
  try {
    unlinkFile(directory, name);
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
  }
}

function copyIfThere(root: number, path: RawPath, from: string): void {
  const source = openIfThere(rawPath(from));
  if (source === undefined) return;
  const directory = openTierDirectory(root, parentOf(path));
  try {
    writeDurably(directory, baseName(path), blocksOf(source));
    syncFile(directory);
  } finally {
    closeFd(directory);
    closeFd(source);
  }
}

function openIfThere(path: RawPath): number | undefined {
  try {
    return openRoot(path, open.O_RDONLY);
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "EACCES")) return undefined;
    throw error;
  }
}

const blockBytes = 2 ** 20;

function* blocksOf(fd: number): Generator<Buffer> {
  const block = Buffer.alloc(blockBytes);
  for (let position = 0; ; ) {
    const count = readFully(fd, block, position);
    if (count === 0) return;
    yield block.subarray(0, count);
    position += count;
  }
}

function writeDurably(directory: number, name: RawPath, blocks: Iterable<Buffer>): void {
  const fd = openBeneath(directory, name, open.O_WRONLY | open.O_CREAT | open.O_EXCL | open.O_NOFOLLOW, 0o600);
  try {
    for (const block of blocks) writeFully(fd, block, -1, name);
    syncFile(fd, name);
  } finally {
    closeFd(fd, name);
  }
}
