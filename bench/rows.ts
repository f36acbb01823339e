import { type Compression, type Contender, copy, gzip, rsync, zstd } from "./contenders.ts";
import { type DataSet, manyFiles, smallFiles } from "./data.ts";
import type { PlaceKind } from "./places.ts";

/** One comparison: tierkeep and its rivals with the same work at the same place. */
export interface Row {
  readonly name: string;
  readonly place: PlaceKind;
  readonly sizeMiB: number;
  /** Cold: both file systems are mounted anew before each measurement. Warm: the sources were just written. */
  readonly cache: "cold" | "warm";
  readonly data: DataSet;
  readonly compress: Compression;
  readonly rivals: readonly Contender[];
  /** At most this share of that rival's time. */
  readonly target?: { readonly rival: string; readonly ratio: number };
}

const plainRsync = rsync();
const safeRsync = rsync("--fsync");
const movers = [safeRsync, plainRsync, copy];

const scattered: DataSet = { ...smallFiles, words: "20,000 × 4 KiB, no two of a directory of the same day", perDay: 1 };
const medium: DataSet = {
  words: "200 × 4 MiB",
  files: 200,
  sizeBytes: 2 ** 22,
  content: "noise",
  perDirectory: 100,
  perDay: 10,
};
const log: DataSet = {
  words: "one 600 MB log",
  files: 1,
  sizeBytes: 600e6,
  content: "lines",
  perDirectory: 1,
  perDay: 1,
};

const disk = { place: "ext4", sizeMiB: 2048, compress: "none", rivals: movers } as const;
const memory = { place: "tmpfs", sizeMiB: 4096, cache: "warm", compress: "none", rivals: movers } as const;
const plain = { place: "plain", sizeMiB: 0, cache: "warm", compress: "none", rivals: movers } as const;
const packed = { compress: "zstd", rivals: [gzip, zstd] } as const;
const safeTarget = { rival: safeRsync.name, ratio: 0.6 };
const logTarget = { rival: gzip.name, ratio: 0.25 };

export const rows: readonly Row[] = [
  { name: "small-disk", ...disk, cache: "warm", data: smallFiles, target: safeTarget },
  { name: "small-disk-cold", ...disk, cache: "cold", data: smallFiles, target: safeTarget },
  { name: "small-plain", ...plain, data: smallFiles },
  { name: "small-tmpfs", ...memory, data: smallFiles },
  { name: "scattered-tmpfs", ...memory, data: scattered },
  { name: "many-tmpfs", ...memory, data: manyFiles, target: { rival: plainRsync.name, ratio: 1 } },
  { name: "medium-disk", ...disk, cache: "warm", data: medium },
  { name: "medium-disk-cold", ...disk, cache: "cold", data: medium },
  { name: "medium-tmpfs", ...memory, data: medium },
  { name: "log-disk", ...disk, cache: "warm", data: log, ...packed, target: logTarget },
  { name: "log-disk-cold", ...disk, cache: "cold", data: log, ...packed, target: logTarget },
  { name: "log-tmpfs", ...memory, data: log, ...packed, target: logTarget },
];
