import {
  type FilesystemHealth,
  type Finding,
  statusOfFindings,
  type TierHealth,
  worstStatus,
} from "../reports/health.ts";
import type { Mount } from "../tiers/mounts.ts";
import type { Capabilities, TierConfig } from "../tiers/tier.ts";
import { mountAt, watchedPaths } from "./group.ts";
import type { ItemOutcome, ProbeItem } from "./items.ts";
import { type FilesystemJudgement, judgeFilesystem } from "./judge-filesystem.ts";
import { type ItselfJudgement, judgeItself } from "./judge-itself.ts";
import { judgeServer } from "./judge-server.ts";
import { judgeVolumeGroup, type VolumeGroupJudgement } from "./lvm.ts";

export interface TierQuestion {
  readonly tier: TierConfig;
  readonly mounts: readonly Mount[];
  readonly outcomes: ReadonlyMap<ProbeItem, ItemOutcome>;
  /** Wall time in milliseconds. */
  readonly nowMs: number;
  readonly isRoot: boolean;
  readonly capabilities: Capabilities | undefined;
}

export interface JudgedTier {
  readonly health: TierHealth;
  readonly findings: readonly Finding[];
}

/** How a tier is, from what its probes said; pure. */
export function judgeTier(question: TierQuestion): JudgedTier {
  const { tier } = question;
  const server = judgeServer(
    tier,
    outcomeOf(question, (item) => item.kind === "server"),
  );
  const itself = judgeItself(
    tier,
    outcomeOf(question, (item) => item.kind === "tier"),
    question.nowMs,
  );
  const group = judgeGroup(question);
  const judged = watchedPaths(tier).map((path) => judgePath(question, { path, itself, serverWords: server?.hint }));
  const rows = judged.map((each) => each.filesystem);
  const own = judged.find((each) => each.filesystem.path === tier.path);
  const findings = [
    ...(server?.findings ?? []),
    ...oncePerFilesystem(judged),
    ...(isSilent(own) ? [] : itself.findings),
    ...(group?.findings ?? []),
  ];
  return {
    health: { ...summary(question, { rows, findings, itself, group }), server: server?.health ?? null },
    findings,
  };
}

/** Then what was asked beyond its room says the same once more. */
function isSilent(own: FilesystemJudgement | undefined): boolean {
  return own?.findings.some((found) => found.id === "tier-hung" || found.id === "filesystem-failed") ?? false;
}

function outcomeOf(question: TierQuestion, fits: (item: ProbeItem) => boolean): ItemOutcome | undefined {
  for (const [item, outcome] of question.outcomes) if (item.tier === question.tier.name && fits(item)) return outcome;
  return undefined;
}

function judgeGroup(question: TierQuestion): VolumeGroupJudgement | undefined {
  const { tier, isRoot } = question;
  if (tier.volumeGroup === undefined) return undefined;
  const outcome = outcomeOf(question, (item) => item.kind === "volume-group");
  const answer = outcome?.state === "answered" && outcome.answer.kind === "volume-group" ? outcome.answer : undefined;
  return judgeVolumeGroup({ tier: tier.name, name: tier.volumeGroup, isRoot }, answer);
}

interface PathQuestion {
  readonly path: string;
  readonly itself: ItselfJudgement;
  readonly serverWords: string | undefined;
}

function judgePath(question: TierQuestion, { path, itself, serverWords }: PathQuestion): FilesystemJudgement {
  const { tier, mounts, nowMs, isRoot } = question;
  const outcome = outcomeOf(question, (item) => item.kind === "filesystem" && item.path === path);
  const judged = judgeFilesystem({
    tier,
    path,
    mount: mountAt(mounts, path),
    outcome: outcome ?? { state: "failed", message: "it was not asked" },
    nowMs,
    isRoot,
    serverWords,
  });
  if (path !== tier.path || !itself.isElsewhere) return judged;
  // What lies there is another file system: its fullness would be read as the tier's (HAZARDS M3).
  const measures = { sizeBytes: null, freeBytes: null, usedRatio: null, inodesUsedRatio: null };
  return { filesystem: { ...judged.filesystem, ...measures, status: "critical" }, findings: [] };
}

/** `/` and `/var/log` on one file system are two rows, and one thing to act upon. */
function oncePerFilesystem(judged: readonly FilesystemJudgement[]): readonly Finding[] {
  const seen = new Set<string>();
  return judged.flatMap(({ filesystem, findings }) => {
    const key = JSON.stringify([filesystem.mountPoint, filesystem.sizeBytes, findings.map((found) => found.id)]);
    if (filesystem.mountPoint !== null && seen.has(key)) return [];
    seen.add(key);
    return findings;
  });
}

interface Judged {
  readonly rows: readonly FilesystemHealth[];
  readonly findings: readonly Finding[];
  readonly itself: ItselfJudgement;
  readonly group: VolumeGroupJudgement | undefined;
}

function summary(
  { tier, mounts, isRoot, capabilities }: TierQuestion,
  { rows, findings, itself, group }: Judged,
): Omit<TierHealth, "server"> {
  const mount = tier.path === undefined ? undefined : mountAt(mounts, tier.path);
  const itselfHung = itself.hungSinceMs === undefined ? null : new Date(itself.hungSinceMs).toISOString();
  return {
    name: tier.name,
    status: worstStatus([statusOfFindings(findings), ...rows.map((row) => row.status)]),
    path: tier.path ?? null,
    source: mount?.source ?? null,
    filesystemType: mount?.fsType ?? null,
    warnRatio: tier.warnRatio,
    criticalRatio: tier.criticalRatio,
    reachable: !findings.some((found) => unreachable.has(found.id)),
    latencyMs: slowest([itself.latencyMs, ...rows.map((row) => row.latencyMs)]),
    hungSince: [...rows.map((row) => row.hungSince), itselfHung].filter((since) => since !== null).sort()[0] ?? null,
    readOnly: rows.length === 0 ? null : rows.some((row) => row.readOnly === true),
    identity: itself.identity,
    writable: itself.writable,
    clockAheadMs: itself.clockAheadMs,
    capabilities: capabilities === undefined ? null : { ...capabilities },
    filesystems: rows,
    volumeGroup: group?.volumeGroup ?? null,
    notes: [...(group?.note === undefined ? [] : [group.note]), ...itself.notes, ...(isRoot ? [] : closedPaths(rows))],
  };
}

function closedPaths(rows: readonly FilesystemHealth[]): readonly string[] {
  return rows.filter((row) => row.status === "unknown").map((row) => `${row.path} not looked at: needs root`);
}

const unreachable: ReadonlySet<string> = new Set([
  "tier-hung",
  "server-down",
  "tier-not-mounted",
  "tier-unreadable",
  "tier-identity",
  "tier-cloned",
  "wrong-filesystem-type",
  "filesystem-missing",
  "filesystem-failed",
]);

function slowest(latencies: readonly (number | null)[]): number | null {
  const known = latencies.filter((latency) => latency !== null);
  return known.length === 0 ? null : Math.round(Math.max(...known) * 10) / 10;
}
