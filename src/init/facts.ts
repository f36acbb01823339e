import type { LogrotateRule } from "../config/logrotate.ts";

/** What `init` learns of a machine; the proposal is a pure function of it. */
export interface MachineFacts {
  readonly host: string;
  readonly mounts: readonly MountFact[];
  readonly databases: readonly DatabaseFact[];
  /** The Docker Engine's socket, where one answers. */
  readonly dockerSocket: string | undefined;
  readonly logrotate: readonly LogrotateRule[];
  /** Directories that exist, of those that are worth proposing; only on disks of this machine. */
  readonly directories: ReadonlySet<string>;
}

/** A mounted file system that can hold data. */
export interface MountFact {
  readonly path: string;
  readonly fsType: string;
  /** A device or `server:/export`. */
  readonly source: string;
  /** The data lies on another machine, which is not asked. */
  readonly network: boolean;
  /** Nothing can be stored there. */
  readonly readOnly: boolean;
  /** A spinning disk; `undefined` where the kernel does not tell. */
  readonly rotational: boolean | undefined;
  /** Bytes; `undefined` for a network, which could hang. */
  readonly sizeBytes: number | undefined;
  readonly volume: VolumeFact | undefined;
}

export interface VolumeFact {
  readonly group: string;
  readonly name: string;
}

export type EngineName = "postgresql" | "clickhouse" | "mongodb";

export interface DatabaseFact {
  readonly engine: EngineName;
  readonly dataDirectory: string;
}
