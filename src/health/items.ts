import type { CommandResult } from "../host/exec.ts";
import type { TierConfig, TierPin } from "../tiers/tier.ts";

/** What a probe child is asked: the items of one mount, of one server, or of one volume group. */
export type ProbeItem = FilesystemItem | TierItem | ServerItem | VolumeGroupItem;

/** How full the file system is that holds a path. */
export interface FilesystemItem {
  readonly kind: "filesystem";
  readonly tier: string;
  readonly path: string;
  /** Asked by TCP first; the path is not touched while it does not answer. */
  readonly server: ServerAddress | undefined;
}

/** Whether a tier is itself, and can be written. */
export interface TierItem {
  readonly kind: "tier";
  readonly tier: string;
  readonly path: string;
  readonly server: ServerAddress | undefined;
  readonly config: TierConfig;
  readonly pin: TierPin | undefined;
  /** False when runs have told no pins, so that a missing one says nothing. */
  readonly pinsKnown: boolean;
  readonly probeFile: string;
}

export interface ServerItem {
  readonly kind: "server";
  readonly tier: string;
  readonly server: ServerAddress;
}

export interface VolumeGroupItem {
  readonly kind: "volume-group";
  readonly tier: string;
  readonly name: string;
}

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

export interface FilesystemAnswer {
  readonly kind: "filesystem";
  readonly sizeBytes: number;
  readonly usedBytes: number;
  readonly freeBytes: number;
  readonly inodes: number;
  readonly freeInodes: number;
  readonly latencyMs: number;
}

export interface TierAnswer {
  readonly kind: "tier";
  readonly identity: IdentityAnswer;
  readonly write: WriteAnswer;
  readonly latencyMs: number;
}

export type IdentityAnswer =
  | { readonly state: "ok" | "not-adopted" }
  | { readonly state: "not-checked"; readonly why: string }
  /** `id` is a finding's. */
  | { readonly state: "wrong"; readonly id: string; readonly message: string; readonly hint: string };

export type WriteAnswer =
  /** `clockAheadMs`: how far the time that the file was given lies after this machine's; negative: before. */
  | { readonly state: "done"; readonly clockAheadMs: number }
  | { readonly state: "not-tried"; readonly why: string }
  | { readonly state: "failed"; readonly code: string; readonly call: string };

export interface ServerAnswer {
  readonly kind: "server";
  readonly error: string | undefined;
  readonly latencyMs: number;
}

export interface VolumeGroupAnswer {
  readonly kind: "volume-group";
  readonly groups: CommandResult;
  readonly devices: CommandResult;
}

/** A system call that failed, such as `ENOENT`. */
export interface FailedAnswer {
  readonly kind: "error";
  readonly code: string;
  readonly call: string;
}

export type ProbeAnswer = FilesystemAnswer | TierAnswer | ServerAnswer | VolumeGroupAnswer | FailedAnswer;

/** One line that a child prints. */
export interface ProbeLine {
  /** Which of the items that it was asked. */
  readonly item: number;
  readonly answer: ProbeAnswer;
}

/** What came of an item by the time that health had to answer. */
export type ItemOutcome =
  | { readonly state: "answered"; readonly answer: ProbeAnswer }
  /** `sinceMs` is wall time. */
  | { readonly state: "hung"; readonly sinceMs: number }
  | { readonly state: "server-down" }
  | { readonly state: "failed"; readonly message: string };
