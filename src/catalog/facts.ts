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

/** The facts as JSON with keys in one order, so that the same facts are always the same text. */
export function printFacts(facts: FileFacts): string {
  const { accessedNs, uid, gid, user, group, mode, xattrs, holes } = facts;
  return JSON.stringify({ accessedNs, uid, gid, user, group, mode: mode.toString(8).padStart(4, "0"), xattrs, holes });
}

/** Facts from their text, or from a manifest's line, which has the same keys among others. */
export function parseFacts(text: string): FileFacts {
  const { accessedNs, uid, gid, user, group, mode, xattrs, holes } = JSON.parse(text) as PrintedFacts;
  return {
    accessedNs,
    uid,
    gid,
    ...(user === undefined ? {} : { user }),
    ...(group === undefined ? {} : { group }),
    mode: Number.parseInt(mode, 8),
    ...(xattrs === undefined ? {} : { xattrs }),
    ...(holes === undefined ? {} : { holes }),
  };
}

type PrintedFacts = Omit<FileFacts, "mode"> & {
  /** Octal. */
  readonly mode: string;
};

export type StoredCompression = "zstd" | "gzip" | "none";
