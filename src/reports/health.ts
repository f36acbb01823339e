import { type Envelope, type EnvelopeFacts, envelope } from "./envelope.ts";

export type HealthStatus = "ok" | "warning" | "critical" | "unknown";

/** `tierkeep health --json`; what is not known is null. */
export interface HealthReport extends Envelope<"health"> {
  /** The worst of the tiers' and the findings'. */
  readonly status: HealthStatus;
  readonly tiers: readonly TierHealth[];
  /** ISO 8601: when an adoption or a run told what health cannot see itself: pins, capabilities, `jobs`. */
  readonly toldAt: string | null;
  readonly jobs: readonly JobHealth[];
  /** Critical ones first. */
  readonly findings: readonly Finding[];
}

/** One thing that health says about a tier; ids are in `src/health/findings.ts`. */
export interface Finding {
  readonly id: string;
  readonly severity: "warning" | "critical";
  /** The tier that it is about; of `job-refused` the job. */
  readonly tier: string;
  readonly message: string;
  readonly hint: string;
}

export interface TierHealth {
  readonly name: string;
  readonly status: HealthStatus;
  readonly path: string | null;
  /** What is mounted at the path, as the mount table says it. */
  readonly source: string | null;
  readonly filesystemType: string | null;
  /** Fullness from which its file systems are a warning, and critical. */
  readonly warnRatio: number;
  readonly criticalRatio: number;
  /** Everything of the tier that was asked has answered, and its identity was not found to be wrong. */
  readonly reachable: boolean;
  /** The slowest of the tier's file systems: from the first call to the last answer. */
  readonly latencyMs: number | null;
  /** ISO 8601, UTC: since when it has not answered. */
  readonly hungSince: string | null;
  readonly readOnly: boolean | null;
  readonly identity: "ok" | "wrong" | "not-adopted" | "not-checked";
  /** A file was written, read back and deleted just now; null when that was not tried. */
  readonly writable: boolean | null;
  /** How far the time that its server gave to that file lies after this machine's; negative: before. */
  readonly clockAheadMs: number | null;
  readonly capabilities: Readonly<Record<string, string | number | boolean>> | null;
  readonly server: ServerHealth | null;
  readonly filesystems: readonly FilesystemHealth[];
  readonly volumeGroup: VolumeGroupHealth | null;
  /** What was not looked at, and why. */
  readonly notes: readonly string[];
}

export interface ServerHealth {
  readonly host: string;
  readonly port: number;
  readonly reachable: boolean;
  readonly latencyMs: number | null;
}

export interface FilesystemHealth {
  readonly path: string;
  readonly status: HealthStatus;
  /** The mount that shows the path. */
  readonly mountPoint: string | null;
  readonly sizeBytes: number | null;
  /** What a process without privilege may still write. */
  readonly freeBytes: number | null;
  /** As `df` has it: used of what can be used, so what is reserved for root counts as neither. */
  readonly usedRatio: number | null;
  /** Null where the file system does not count inodes. */
  readonly inodesUsedRatio: number | null;
  readonly latencyMs: number | null;
  readonly hungSince: string | null;
  readonly readOnly: boolean | null;
}

export interface VolumeGroupHealth {
  readonly name: string;
  readonly sizeBytes: number | null;
  /** In no logical volume yet. */
  readonly freeBytes: number | null;
  readonly missingDevices: number | null;
}

export interface JobHealth {
  readonly name: string;
  /** ISO 8601, UTC; null when no run has told. */
  readonly lastSuccessAt: string | null;
}

export interface HealthFacts extends EnvelopeFacts {
  readonly toldAt: string | null;
  readonly tiers: readonly TierHealth[];
  readonly jobs: readonly JobHealth[];
  readonly findings: readonly Finding[];
}

export function healthReport(facts: HealthFacts): HealthReport {
  const critical = facts.findings.filter((finding) => finding.severity === "critical");
  const warnings = facts.findings.filter((finding) => finding.severity === "warning");
  return {
    ...envelope("health", facts),
    status: worstStatus([...facts.tiers.map((tier) => tier.status), statusOfFindings(facts.findings)]),
    tiers: facts.tiers,
    toldAt: facts.toldAt,
    jobs: facts.jobs,
    findings: [...critical, ...warnings],
  };
}

const order: readonly HealthStatus[] = ["ok", "unknown", "warning", "critical"];

/** `ok` of nothing; what is not known is worse than ok, and better than anything that is known to be bad. */
export function worstStatus(statuses: readonly HealthStatus[]): HealthStatus {
  return order.findLast((status) => statuses.includes(status)) ?? "ok";
}

export function statusOfFindings(findings: readonly Finding[]): HealthStatus {
  return worstStatus(findings.map((finding) => finding.severity));
}
