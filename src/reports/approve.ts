import { type Envelope, type EnvelopeFacts, envelope } from "./envelope.ts";
import type { ReportedError } from "./plan.ts";

export interface ApproveReport extends Envelope<"approve"> {
  readonly jobs: readonly ApprovedJob[];
}

export interface ApprovedJob {
  readonly name: string;
  /** SHA-256 of the rule that was shown. */
  readonly fingerprint: string | null;
  readonly approved: boolean;
  /** The guard that its next run gets past; null when none was lifted. */
  readonly lifted: string | null;
  /** Why it could not be shown, and so not approved. */
  readonly error: ReportedError | null;
}

export function approveReport(content: Pick<ApproveReport, "jobs">, facts: EnvelopeFacts): ApproveReport {
  return { ...envelope("approve", facts), ...content };
}
