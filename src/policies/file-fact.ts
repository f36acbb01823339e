/** What the policies need to know of one file; times in nanoseconds since 1970. */
export interface FileFact {
  readonly modifiedNs: bigint;
  readonly changedNs: bigint;
  readonly bornNs: bigint | undefined;
}

export interface AgeRule {
  readonly olderThanMs: number;
  readonly settledForMs: number;
}
