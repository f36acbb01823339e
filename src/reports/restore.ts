import { type Envelope, type EnvelopeFacts, envelope } from "./envelope.ts";
import type { PathFields } from "./path.ts";
import type { ReportedError } from "./plan.ts";

export interface RestoreReport extends Envelope<"restore"> {
  readonly files: readonly RestoredFile[];
}

export interface RestoredFile extends PathFields {
  readonly id: string;
  /** Where it lies now; null when it was not restored. */
  readonly restoredTo: string | null;
  /** Only where that is not UTF-8. */
  readonly restoredToBase64?: string;
  readonly sizeBytes: number;
  /** Null for what was never copied: it comes back from a quarantine. */
  readonly sha256: string | null;
  readonly error: ReportedError | null;
}

export function restoreReport(content: Pick<RestoreReport, "files">, facts: EnvelopeFacts): RestoreReport {
  return { ...envelope("restore", facts), ...content };
}
