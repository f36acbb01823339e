/** What the policies need to know of one file; times in nanoseconds since 1970. */
export interface FileFact {
  readonly accessedNs: bigint;
  readonly modifiedNs: bigint;
  readonly changedNs: bigint;
  readonly bornNs: bigint | undefined;
}

/** The stamps of which the newest is a file's age: its modification alone, or its last use. */
export type AgeStamps = readonly ("mtime" | "atime")[];

export interface AgeRule {
  readonly ageBy: AgeStamps;
  readonly olderThanMs: number;
  readonly settledForMs: number;
}
