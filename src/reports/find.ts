import { type Envelope, type EnvelopeFacts, envelope } from "./envelope.ts";

export interface FindReport extends Envelope<"find"> {
  readonly placements: readonly FoundPlacement[];
}

export interface FoundPlacement {
  readonly id: string;
  readonly path: string;
  readonly pathBase64?: string;
  readonly host: string;
  readonly job: string;
  readonly tier: string;
  readonly storedAs: string;
  readonly storedAsBase64?: string;
  /** `unavailable` is shown for `stored` while its tier is away. */
  readonly state: "stored" | "removed" | "moved-on" | "lost" | "unavailable";
  readonly movedAt: string;
  readonly modifiedAt: string;
  readonly verifiedAt: string;
  readonly sizeBytes: number;
  readonly storedBytes: number;
  readonly sha256: string;
  readonly storedSha256: string;
  readonly compression: "zstd" | "gzip" | "none";
  /** `user:group`, by name where there is one. */
  readonly owner: string;
  /** Octal. */
  readonly mode: string;
  readonly holds: readonly string[];
}

export function findReport(content: Pick<FindReport, "placements">, facts: EnvelopeFacts): FindReport {
  return { ...envelope("find", facts), ...content };
}
