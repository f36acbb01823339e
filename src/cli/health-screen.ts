import { wholePercent } from "../health/judge-fullness.ts";
import { formatBytes, formatDuration, plural } from "../lib/units.ts";
import type { FilesystemHealth, Finding, HealthReport, TierHealth } from "../reports/health.ts";
import { healthMarks, healthTones } from "./health-marks.ts";
import { listLines, wordLines } from "./layout.ts";
import { bar, mark, paint, sign, type Terminal } from "./terminal.ts";

/** The health screen: the answer, every tier, then what to do about each finding. */
export function healthScreen(report: HealthReport, terminal: Terminal): readonly string[] {
  const nameWidth = Math.max(6, ...report.tiers.map((tier) => tier.name.length));
  const paths = report.tiers.flatMap((tier) => tier.filesystems.map((filesystem) => filesystem.path.length));
  const view: View = {
    terminal,
    nameWidth,
    pathWidth: Math.min(Math.max(8, ...paths), 32),
    nowMs: Date.parse(report.generatedAt),
  };
  return [
    answer(report, view),
    "",
    ...report.tiers.flatMap((tier) => tierLines(tier, view)),
    ...(report.findings.length === 0 ? [] : [""]),
    ...report.findings.flatMap((found) => findingLines(found, report.findings, view)),
  ];
}

interface View {
  readonly terminal: Terminal;
  readonly nameWidth: number;
  readonly pathWidth: number;
  readonly nowMs: number;
}

function answer(report: HealthReport, { terminal }: View): string {
  const count = (severity: Finding["severity"]) =>
    report.findings.filter((found) => found.severity === severity).length;
  const parts = [
    count("critical") > 0 ? `${count("critical")} critical` : "",
    count("warning") > 0 ? plural(count("warning"), "warning") : "",
    report.status === "unknown" ? "not everything could be looked at" : "",
  ].filter((part) => part !== "");
  const words = parts.length === 0 ? "all well" : parts.join(", ");
  return `${report.host} ${sign(terminal, "dot")} ${paint(terminal, healthTones[report.status], words)}`;
}

function tierLines(tier: TierHealth, view: View): readonly string[] {
  const { terminal, nameWidth } = view;
  const description = descriptionOf(tier);
  const name = paint(terminal, "bold", tier.name) + " ".repeat(nameWidth - tier.name.length);
  const word = tier.hungSince !== null ? "hung" : tier.status;
  const status = terminal.symbols
    ? `${mark(terminal, healthMarks[tier.status])} ${paint(terminal, healthTones[tier.status], word)}`
    : word;
  const gap = " ".repeat(Math.max(statusColumn - 4 - nameWidth - description.length, 2));
  const rows = tier.filesystems.map((filesystem, index) => rowOf(filesystem, tier.filesystems.slice(0, index), view));
  return [`  ${name}  ${description}${gap}${status}`, ...rows, ...detailOf(tier, view)];
}

const statusColumn = 70;

function descriptionOf(tier: TierHealth): string {
  const { volumeGroup: group } = tier;
  const mounted =
    tier.path === null ? [] : [`${isRemote(tier) ? tier.source : tier.path}, ${tier.filesystemType ?? "not mounted"}`];
  const free = group?.freeBytes == null ? "" : `, ${formatBytes(group.freeBytes)} unallocated`;
  const lvm = group === null ? [] : [`LVM ${group.name}${free}`];
  const parts = [...mounted, ...lvm];
  return parts.length === 0 ? "no LVM volume group configured" : parts.join("; ");
}

/** `nas.example:/export` says more than where it is mounted. */
function isRemote(tier: TierHealth): boolean {
  return tier.identity !== "wrong" && /^([^/]+:\/|\/\/)/.test(tier.source ?? "");
}

function rowOf(filesystem: FilesystemHealth, before: readonly FilesystemHealth[], view: View): string {
  const { terminal, pathWidth } = view;
  const path = `    ${filesystem.path.padEnd(pathWidth)}  `;
  const same = before.find(
    (each) => each.mountPoint === filesystem.mountPoint && each.sizeBytes === filesystem.sizeBytes,
  );
  if (same?.sizeBytes != null) return path + paint(terminal, "dim", `same file system as ${same.path}`);
  const { usedRatio, freeBytes, status } = filesystem;
  const flag = status === "ok" ? "" : `  ${mark(terminal, healthMarks[status])}`;
  if (usedRatio === null || freeBytes === null)
    return `${path}${paint(terminal, "dim", unknownWords(filesystem))}${flag}`;
  const gauge = terminal.symbols ? `${bar(terminal, usedRatio, Math.min(38 - pathWidth, 16))}  ` : "";
  const inodes =
    filesystem.inodesUsedRatio === null ? "" : `  inodes ${wholePercent(filesystem.inodesUsedRatio).padStart(5)}`;
  return `${path}${gauge}${wholePercent(usedRatio).padStart(5)}  ${formatBytes(freeBytes).padStart(8)} free${inodes}${flag}`;
}

function unknownWords(filesystem: FilesystemHealth): string {
  if (filesystem.hungSince !== null) return "does not answer";
  return filesystem.status === "critical" ? "not there" : "not looked at";
}

function detailOf(tier: TierHealth, view: View): readonly string[] {
  const { terminal, nowMs } = view;
  const since = tier.hungSince === null ? [] : [`not answering since ${sinceWords(tier.hungSince, nowMs)}`];
  const latency = tier.latencyMs === null ? "" : ` in ${formatDuration(tier.latencyMs)}`;
  const written = tier.writable === true ? [`a file was written, read back and deleted${latency}`] : [];
  const parts = [...since, ...serverWords(tier), ...written, ...tier.notes];
  const lines = listLines(parts, { lead: "", separator: terminal.symbols ? " · " : "; ", indent: 4 });
  return lines.map((line) => `    ${paint(terminal, "dim", line)}`);
}

function serverWords({ server }: TierHealth): readonly string[] {
  if (server === null) return [];
  if (!server.reachable) return [`server does not answer on port ${server.port}`];
  return [
    `server answers on port ${server.port}${server.latencyMs === null ? "" : ` in ${formatDuration(server.latencyMs)}`}`,
  ];
}

/** `02:14 (43 min)`, with the day when that is long ago. */
function sinceWords(since: string, nowMs: number): string {
  const started = new Date(since);
  const forMs = Math.max(nowMs - started.getTime(), 0);
  const two = (part: number) => String(part).padStart(2, "0");
  const time = `${two(started.getHours())}:${two(started.getMinutes())}`;
  const day = `${started.getFullYear()}-${two(started.getMonth() + 1)}-${two(started.getDate())} `;
  return `${forMs < 43_200_000 ? "" : day}${time} (${formatDuration(forMs)})`;
}

function findingLines(found: Finding, all: readonly Finding[], { terminal }: View): readonly string[] {
  const tierWidth = Math.max(...all.map((each) => each.tier.length));
  const idWidth = Math.max(...all.map((each) => each.id.length));
  const flag = mark(terminal, found.severity); // a symbol, or one of two words of four letters
  const lead = `${flag} ${found.tier.padEnd(tierWidth)}  ${found.id.padEnd(idWidth)}  `;
  const message = found.message.replaceAll("…", sign(terminal, "more"));
  return [
    ...wordLines(message, { lead, indent: 0 }),
    `${" ".repeat((terminal.symbols ? 2 : 5) + tierWidth)}  ${found.hint}`,
  ];
}
