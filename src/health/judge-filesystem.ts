import { formatDuration } from "../lib/units.ts";
import { type FilesystemHealth, type Finding, statusOfFindings } from "../reports/health.ts";
import { escapedText } from "../reports/path.ts";
import type { Mount } from "../tiers/mounts.ts";
import type { TierConfig } from "../tiers/tier.ts";
import { type FindingId, finding } from "./findings.ts";
import type { FilesystemAnswer, ItemOutcome } from "./items.ts";
import { judgeFullness } from "./judge-fullness.ts";

export interface FilesystemQuestion {
  readonly tier: TierConfig;
  readonly path: string;
  /** What the mount table shows at the path. */
  readonly mount: Mount | undefined;
  readonly outcome: ItemOutcome;
  /** Wall time in milliseconds. */
  readonly nowMs: number;
  readonly isRoot: boolean;
  /** Said with a hung file system: what its server answered. */
  readonly serverWords: string | undefined;
}

export interface FilesystemJudgement {
  readonly filesystem: FilesystemHealth;
  readonly findings: readonly Finding[];
}

/** How a file system of a tier is, from what its probe said. */
export function judgeFilesystem(question: FilesystemQuestion): FilesystemJudgement {
  const { outcome, mount, path } = question;
  const readOnly = mount === undefined ? null : isReadOnly(mount);
  const unknown: FilesystemHealth = {
    ...nothingKnown,
    path,
    mountPoint: mount === undefined ? null : escapedText(mount.mountPoint),
    readOnly,
  };
  if (outcome.state === "hung") return judgeHung(question, unknown, outcome.sinceMs);
  if (outcome.state === "server-down") return { filesystem: { ...unknown, status: "critical" }, findings: [] };
  if (outcome.state === "failed") return probeFailed(question, unknown, outcome.message);
  if (outcome.answer.kind === "error") return judgeError(question, unknown, outcome.answer.code);
  if (outcome.answer.kind !== "filesystem") return probeFailed(question, unknown, "it answered something else");
  const filesystem = { ...unknown, ...measures(outcome.answer) };
  const findings = [...judgeFullness(question.tier, filesystem), ...judgeReadOnly(question, filesystem)];
  return { filesystem: { ...filesystem, status: statusOfFindings(findings) }, findings };
}

const nothingKnown = {
  status: "unknown",
  sizeBytes: null,
  freeBytes: null,
  usedRatio: null,
  inodesUsedRatio: null,
  latencyMs: null,
  hungSince: null,
} as const;

/** `emergency_ro` and `shutdown`: what newer kernels say of an ext4 after an aborted journal. */
function isReadOnly(mount: Mount): boolean {
  const options = [...mount.options, ...mount.superOptions];
  return ["ro", "emergency_ro", "shutdown"].some((option) => options.includes(option));
}

function measures(answer: FilesystemAnswer) {
  const { sizeBytes, usedBytes, freeBytes, inodes, freeInodes, latencyMs } = answer;
  const usable = usedBytes + freeBytes;
  return {
    sizeBytes,
    freeBytes,
    usedRatio: usable === 0 ? 0 : usedBytes / usable,
    inodesUsedRatio: inodes === 0 ? null : (inodes - freeInodes) / inodes,
    latencyMs,
  };
}

function judgeReadOnly({ tier, path }: FilesystemQuestion, filesystem: FilesystemHealth): readonly Finding[] {
  if (filesystem.readOnly !== true) return [];
  const hint = `look at dmesg for why; then: mount -o remount,rw ${filesystem.mountPoint ?? path}`;
  return [finding("tier-read-only", { tier: tier.name, message: `${path} is mounted read-only`, hint })];
}

function judgeHung(question: FilesystemQuestion, unknown: FilesystemHealth, sinceMs: number): FilesystemJudgement {
  const { tier, path, nowMs } = question;
  const forMs = Math.max(nowMs - sinceMs, 0);
  const message = `${path} has not answered for ${formatDuration(forMs)}; ${tier.path === path ? "its jobs are skipped" : "nothing else waits for it"}`;
  const found = finding("tier-hung", { tier: tier.name, message, hint: hungHint(question) });
  return {
    filesystem: { ...unknown, status: "critical", hungSince: new Date(sinceMs).toISOString() },
    findings: [found],
  };
}

function hungHint({ mount, serverWords }: FilesystemQuestion): string {
  if (serverWords !== undefined) return serverWords;
  if (mount === undefined) return "look at dmesg";
  if (mount.fsType.startsWith("fuse")) return `look at the program behind it (${mount.source}, ${mount.fsType})`;
  if (mount.source.startsWith("/dev/")) return `look at dmesg for ${mount.source}`;
  return `look at the server and the network behind ${mount.source}`;
}

function probeFailed(question: FilesystemQuestion, unknown: FilesystemHealth, message: string): FilesystemJudgement {
  const words = {
    tier: question.tier.name,
    message: `the probe of ${question.path} failed: ${message}`,
    hint: "tierkeep health",
  };
  return { filesystem: unknown, findings: [finding("probe-failed", words)] };
}

function judgeError(question: FilesystemQuestion, unknown: FilesystemHealth, code: string): FilesystemJudgement {
  const { tier, path, isRoot } = question;
  if (!isRoot && (code === "EACCES" || code === "EPERM")) return { filesystem: unknown, findings: [] };
  const isMissing = code === "ENOENT" || code === "ENOTDIR";
  const id: FindingId = isMissing ? "filesystem-missing" : "filesystem-failed";
  const message = isMissing ? `${path} is not there` : `${path} answers with an error: ${code}`;
  const hint = isMissing
    ? `mount what holds it, or correct tiers.${tier.name}`
    : errorHint(code, unknown.mountPoint ?? path);
  return {
    filesystem: { ...unknown, status: "critical" },
    findings: [finding(id, { tier: tier.name, message, hint })],
  };
}

function errorHint(code: string, mountPoint: string): string {
  if (code === "ENOTCONN" || code === "ESTALE") return `mount it again: umount -l ${mountPoint} && mount ${mountPoint}`;
  return "look at the device and at the kernel's messages: dmesg | tail";
}
