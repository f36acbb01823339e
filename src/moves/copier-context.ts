import type { StoredCompression } from "../catalog/facts.ts";
import type { DeviceTurn } from "../host/device-turn.ts";
import type { Compression } from "./rule.ts";

/** What a worker thread needs for all batches of one job; descriptors are shared by the whole process. */
export interface CopierContext {
  /** On the source's root. */
  readonly source: number;
  /** On the tier's root. */
  readonly tier: number;
  /** On this run's and job's staging folder. */
  readonly staging: number;
  readonly leases: boolean;
  /** Sources are renamed before they are unlinked; not on overlayfs, which would copy them for that. */
  readonly setAside: boolean;
  /** Of the name that a source has for that instant; its operation's number follows. */
  readonly asidePrefix: string;
  readonly compress: Compression;
  readonly readBack: "device" | "cache";
  /** Files are made durable one by one: the tier shares its file system with others, or has no `syncfs`. */
  readonly syncEach: boolean;
  /** With `syncEach`: syncing a directory may do nothing (FUSE), so each file is synced again under its new name. */
  readonly syncNames: boolean;
  readonly publish: "rename-noreplace" | "link-unlink";
  readonly hardLinks: boolean;
  readonly turn: DeviceTurn;
}

/** Suffix of the stored name for what a copy turned out to be. */
export const suffixes = { zstd: ".zst", gzip: ".gz", none: "" } as const;

/** What content that shrinks is stored as. */
export function storedCompression(compress: Compression): StoredCompression {
  return compress === "zstd-single" ? "zstd" : compress;
}
