/** A tier as configured and resolved; `src/tiers/schema.ts` makes it. */
export interface TierConfig {
  readonly name: string;
  /** Where files can be put; without it the tier is only watched. */
  readonly path: string | undefined;
  /** Paths that each stand for the file system which holds them; `[path]` when not given. */
  readonly filesystems: readonly string[];
  readonly volumeGroup: string | undefined;
  readonly server: { readonly host: string; readonly port: number } | undefined;
  readonly filesystemType: string | undefined;
  readonly warnRatio: number;
  readonly criticalRatio: number;
  /** The path need not be a mount point. */
  readonly directory: boolean;
  /** Share of the tier that stays free. */
  readonly reserveRatio: number;
  readonly readBack: "device" | "cache";
}

/** The identity that a tier must have, recorded when it was adopted (PROTOCOLS section 1). */
export interface TierPin {
  readonly tier: string;
  readonly uuid: string;
  readonly mountPoint: string;
  readonly filesystemType: string;
  /** The file system's own UUID, or its fsid in hex where it has none. */
  readonly filesystemId: string;
  readonly directory: boolean;
  /** ISO 8601, UTC. */
  readonly adoptedAt: string;
}

/** What the file system of a tier can hold and do; probed, never inferred from its type. */
export interface Capabilities {
  readonly owners: boolean;
  readonly modes: boolean;
  readonly xattrs: boolean;
  readonly acls: boolean;
  readonly hardLinks: boolean;
  /** How a file is published without ever replacing one. */
  readonly publish: "rename-noreplace" | "link-unlink";
  readonly nameMaxBytes: number;
  /** Any bytes may be a name. */
  readonly byteNames: boolean;
  /** The coarsest step of a modification time, in nanoseconds. */
  readonly timeGrainNs: number;
}

/** A tier that was found to be itself; everything below it is reached through `root`. */
export interface OpenTier extends Disposable {
  readonly name: string;
  readonly uuid: string;
  readonly path: string;
  /** A descriptor on the tier's directory, held open. */
  readonly root: number;
  readonly device: number;
  readonly filesystemType: string;
  readonly config: TierConfig;
}
