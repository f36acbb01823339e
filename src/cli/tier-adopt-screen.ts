import { formatBytes, formatCount, plural } from "../lib/units.ts";
import type { TierAdoptReport } from "../reports/tier.ts";
import type { Adoption } from "../tiers/adopt.ts";
import type { AdoptDecision } from "../tiers/decide-adoption.ts";
import { describeFilesystemId } from "../tiers/filesystem-id.ts";
import type { TierConfig } from "../tiers/tier.ts";
import { columns, mark, paint, sign, type Terminal } from "./terminal.ts";

/** Files whose only copy is on one tier. */
export interface SoleCopies {
  readonly files: number;
  readonly bytes: number;
  readonly examples: readonly string[];
}

interface Shown {
  readonly adoption: Adoption;
  readonly soleCopies: SoleCopies | undefined;
}

/** What is there, shown before it is asked whether it is meant. */
export function previewScreen(terminal: Terminal, tier: TierConfig, { adoption, soleCopies }: Shown): string {
  const { decision, usage } = adoption;
  const { mount } = decision;
  const more = sign(terminal, "more");
  const id = mount.filesystemId === undefined ? "" : `, ${describeFilesystemId(mount.filesystemId).replace("…", more)}`;
  const mounted = tier.path === mount.mountPoint ? [] : [["mounted at", mount.mountPoint]];
  const inUse =
    usage.usedInodes === undefined ? [] : [["in use", `${formatCount(usage.usedInodes)} files and directories`]];
  const rows = [
    ["source", mount.source],
    ...mounted,
    ["file system", `${mount.filesystemType}${id}${mount.isSystem ? ", the root file system" : ""}`],
    ["size", `${formatBytes(usage.sizeBytes)}, ${formatBytes(usage.freeBytes)} free`],
    ...inUse,
    ["identity", identityText(terminal, decision)],
  ];
  const head = `${paint(terminal, "bold", tier.name)} ${sign(terminal, "dot")} ${tier.path}`;
  return `${[head, ...columns(rows).map((line) => `  ${line}`), ...lossLines(terminal, decision, soleCopies)].join("\n")}\n`;
}

function lossLines(terminal: Terminal, { kind }: AdoptDecision, copies: SoleCopies | undefined): readonly string[] {
  if (kind !== "replace" || copies === undefined || copies.files === 0) return [];
  const what = `${plural(copies.files, "file")}, ${formatBytes(copies.bytes)}, lay on the known tier and nowhere else:`;
  return [`${mark(terminal, "warning")} ${what}`, ...copies.examples.map((example) => `  ${example}`)];
}

function identityText(terminal: Terminal, { kind, identity }: AdoptDecision): string {
  if (identity === undefined) return kind === "replace" ? "none; a new one takes the known tier's place" : "none yet";
  const text = `tier ${identity.uuid.slice(0, 8)}${sign(terminal, "more")} of ${identity.createdAt.slice(0, 10)}`;
  const meaning = {
    new: "",
    join: ", made by another host or before the catalog was lost: it is joined",
    again: ", known already",
    moved: ", known, and on another file system now",
    replace: ", another one than the known tier, takes its place",
  }[kind];
  return text + meaning;
}

/** What was done, what the tier cannot hold, and the next command. */
export function doneScreen(terminal: Terminal, report: TierAdoptReport): string {
  const words = {
    adopted: "is adopted",
    joined: "is joined",
    unchanged: "was adopted before; nothing was changed",
    moved: "is known on its new file system",
    replaced: "is replaced",
  };
  const lines = [
    `${mark(terminal, "ok")} ${report.tier} ${words[report.result]}, tier ${report.uuid.slice(0, 8)}${sign(terminal, "more")}`,
    `  ${holdsText(report)}`,
    ...(report.result === "replaced"
      ? [`  what was stored on the one before counts as lost; is it here, too?  tierkeep catalog rebuild`]
      : []),
    ...(report.capabilities.publish === "link-unlink"
      ? ["  files get their names by link and unlink, since it cannot rename without replacing"]
      : []),
    "next:  tierkeep plan",
  ];
  return `${lines.join("\n")}\n`;
}

function holdsText({ intoManifest }: TierAdoptReport): string {
  if (intoManifest.length === 0)
    return "it holds all of a file: owner, mode, attributes, ACLs, links, name, times to 1 ns";
  return `it cannot hold ${intoManifest.join(", ")}: kept in the manifest`;
}
