import type { RawPath } from "../lib/raw-path.ts";

/** What the policies need to know of one file; times in nanoseconds since 1970. */
export interface FileFact {
  readonly kind: "file" | "directory" | "link" | "socket" | "fifo" | "device";
  readonly name: RawPath;
  readonly modifiedNs: bigint;
  readonly changedNs: bigint;
  readonly bornNs: bigint | undefined;
  readonly immutable: boolean;
  readonly appendOnly: boolean;
}

export interface AgeRule {
  readonly olderThanMs: number;
  readonly settledForMs: number;
}
