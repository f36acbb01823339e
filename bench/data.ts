import { closeSync, futimesSync, mkdirSync, openSync, readdirSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";

/** What a row moves. */
export interface DataSet {
  readonly words: string;
  readonly files: number;
  readonly sizeBytes: number;
  readonly content: "lines" | "noise" | "empty";
  readonly perDirectory: number;
  /** Neighbours in a directory that are of the same day; the oldest are in all directories, as in a tree of logs. */
  readonly perDay: number;
}

export const smallFiles: DataSet = {
  words: "20,000 × 4 KiB",
  files: 20_000,
  sizeBytes: 4096,
  content: "lines",
  perDirectory: 100,
  perDay: 10,
};
export const manyFiles: DataSet = { ...smallFiles, words: "100,000 × 4 KiB", files: 100_000 };

const daySeconds = 86_400;
const youngestDays = 10;

/** Fills a directory with files that are ten days old and older. */
export function fill(directory: string, data: DataSet): void {
  const content = contentOf(data);
  const nowSeconds = Math.floor(Date.now() / 1000);
  for (let index = 0; index < data.files; index++) {
    const folder = join(directory, `service-${String(Math.floor(index / data.perDirectory)).padStart(4, "0")}`);
    if (index % data.perDirectory === 0) mkdirSync(folder);
    const fd = openSync(join(folder, `daily.${String(index % data.perDirectory).padStart(4, "0")}`), "wx");
    writeContent(fd, data, { content, index });
    const modified = nowSeconds - (youngestDays + Math.floor((index % data.perDirectory) / data.perDay)) * daySeconds;
    futimesSync(fd, modified, modified);
    closeSync(fd);
  }
}

function writeContent(fd: number, data: DataSet, at: { content: Buffer; index: number }): void {
  // No two files are the same.
  if (data.content !== "empty") at.content.writeUInt32LE(at.index, 0);
  for (let written = 0; written < data.sizeBytes; )
    written += writeSync(fd, at.content, 0, Math.min(at.content.length, data.sizeBytes - written));
}

function contentOf({ content, sizeBytes }: DataSet): Buffer {
  if (content === "empty") return Buffer.alloc(0);
  const bytes = Math.min(sizeBytes, uniqueBytes);
  return content === "lines" ? logLines(bytes) : noise(bytes);
}

/** A big log repeats itself at this distance: far beyond the window of `gzip` (32 KiB) and of `zstd -3` (2 MiB). */
const uniqueBytes = 32 * 2 ** 20;

const paths = ["/api/v1/orders", "/api/v1/quotes", "/static/app.js", "/health", "/login", "/api/v2/positions"];
const agents = [
  "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
  "curl/8.14.1",
  "python-requests/2.32.4",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
];

/** Lines as a web server writes them; the same at every call. */
function logLines(bytes: number): Buffer {
  const random = generator(7);
  const pick = (from: readonly string[]) => from[random() % from.length] ?? "";
  const parts: Buffer[] = [];
  let total = 0;
  for (let at = 1_700_000_000_000; total < bytes; at += random() % 40) {
    const client = `10.${random() % 8}.${random() % 256}.${random() % 256}`;
    const query = `?id=${random() % 1_000_000}&since=${at - (random() % 100_000)}`;
    const status = random() % 50 === 0 ? 500 : 200;
    const line = Buffer.from(
      `${client} - - [${new Date(at).toISOString()}] "GET ${pick(paths)}${query} HTTP/1.1" ${status} ${random() % 60_000} "-" "${pick(agents)}" ${(random() % 1_000_000) / 1_000_000}\n`,
    );
    parts.push(line);
    total += line.length;
  }
  return Buffer.concat(parts, bytes);
}

function noise(bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  const random = generator(11);
  for (let at = 0; at + 4 <= bytes; at += 4) buffer.writeUInt32LE(random(), at);
  return buffer;
}

/** xorshift32: cheap, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state;
  };
}

export interface Counted {
  readonly files: number;
  readonly bytes: number;
}

/** Regular files below a directory, tierkeep's own folder apart. */
export function countFiles(directory: string): Counted {
  let [files, bytes] = [0, 0];
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory() && entry.name !== ".tierkeep" && entry.name !== "lost+found") {
      const below = countFiles(path);
      files += below.files;
      bytes += below.bytes;
    } else if (entry.isFile()) {
      files += 1;
      bytes += statSync(path).size;
    }
  }
  return { files, bytes };
}
