import { type Envelope, type EnvelopeFacts, envelope } from "./envelope.ts";
import type { PathFields } from "./path.ts";
import type { ReportedError } from "./plan.ts";

/** A stored version that is not what was stored. */
export interface VerifyFinding extends PathFields {
  readonly kind: "missing" | "damaged" | "replaced";
  readonly id: string;
  readonly tier: string;
  readonly storedAs: string;
  readonly storedAsBase64?: string;
  readonly message: string;
}

export interface VerifiedTier {
  readonly tier: string;
  /** What was read back, as it lies on the tier. */
  readonly files: number;
  readonly bytes: number;
  /** What was to be read back. */
  readonly ofFiles: number;
  readonly ofBytes: number;
  readonly seconds: number;
  /** Of these, given to others who waited for the machine's disks. */
  readonly pausedMs: number;
  readonly missing: number;
  readonly damaged: number;
  readonly replaced: number;
  /** Versions that were wrong before and are whole now. */
  readonly mended: number;
  /** Why it was not read to the end. */
  readonly error: ReportedError | null;
}

export interface VerifyReport extends Envelope<"verify"> {
  /** `problems`: something is not what was stored; `partial`: a tier was not read to the end. */
  readonly status: "ok" | "problems" | "partial" | "interrupted";
  readonly tiers: readonly VerifiedTier[];
  /** The first thousand. */
  readonly findings: readonly VerifyFinding[];
  /** What was not read back for longer than `[verify]` says in `every`, on all tiers. */
  readonly overdue: { readonly files: number; readonly bytes: number; readonly everyMs: number };
}

export function verifyReport(content: Omit<VerifyReport, keyof Envelope<string>>, facts: EnvelopeFacts): VerifyReport {
  return { ...envelope("verify", facts), ...content };
}
