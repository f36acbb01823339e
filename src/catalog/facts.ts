/** What a file is besides its content, kept with each stored version so that `restore` needs nothing else. */
export interface FileFacts {
  readonly uid: number;
  readonly gid: number;
  /** Names as they were on this machine; absent for an id without a name. */
  readonly user?: string;
  readonly group?: string;
  /** Permission bits, set-id and sticky bits included. */
  readonly mode: number;
  /** Nanoseconds since 1970, as text since JSON numbers cannot hold them. */
  readonly accessedNs: string;
  /** Values in base64; ACLs and capabilities are among them. */
  readonly xattrs?: Readonly<Record<string, string>>;
  /** Parts of a sparse file that held no data, each `[offset, length]` in bytes. */
  readonly holes?: readonly (readonly [number, number])[];
}

export type StoredCompression = "zstd" | "gzip" | "none";
