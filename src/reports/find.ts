import { type Envelope, type EnvelopeFacts, envelope } from "./envelope.ts";
import type { PathFields } from "./path.ts";

export interface FindReport extends Envelope<"find"> {
  readonly placements: readonly FoundPlacement[];
  /** What clean jobs set aside and will remove for good; `restore` brings it back until then. */
  readonly quarantined: readonly FoundQuarantined[];
}

export interface FoundQuarantined extends PathFields {
  readonly id: string;
  readonly job: string;
  readonly state: "quarantined";
  readonly setAsideAt: string;
  readonly modifiedAt: string;
  readonly sizeBytes: number;
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

export function findReport(content: Pick<FindReport, "placements" | "quarantined">, facts: EnvelopeFacts): FindReport {
  return { ...envelope("find", facts), ...content };
}
