import { shellQuote } from "../lib/shell-quote.ts";
import { formatBytes, formatCount, formatDuration, plural } from "../lib/units.ts";
import type { VerifiedTier, VerifyFinding, VerifyReport } from "../reports/verify.ts";
import { spread, wordLines } from "./layout.ts";
import { rawOf } from "./plan-screen.ts";
import { gaveWay } from "./run-screen.ts";
import { mark, paint, sign, type Terminal } from "./terminal.ts";

const shown = 20;

/** What is wrong first by tier, then one by one, then what to do about it. */
export function verifyScreen(terminal: Terminal, report: VerifyReport, exit: number): string {
  const { tiers, findings } = report;
  const wrong = tiers.reduce((sum, tier) => sum + wrongIn(tier), 0);
  const lines = [
    ...tiers.flatMap((tier) => tierLines(terminal, tier)),
    ...findings.slice(0, shown).flatMap((finding) => findingLines(terminal, finding)),
    ...(wrong > shown ? [`${sign(terminal, "more")} and ${formatCount(wrong - shown)} more (--json lists them)`] : []),
    spread(answer(report, wrong), exit === 0 ? "" : `exit ${exit}`),
    ...overdueLines(terminal, report),
    ...(findings[0] === undefined ? [] : [`next:  tierkeep find ${shellQuote(rawOf(findings[0]))}`]),
  ];
  return `${lines.join("\n")}\n`;
}

function wrongIn({ missing, damaged, replaced }: VerifiedTier): number {
  return missing + damaged + replaced;
}

function tierLines(terminal: Terminal, tier: VerifiedTier): readonly string[] {
  const { error, files, bytes, ofFiles, seconds, mended } = tier;
  // Of a moment most is the start of the program.
  const rate = seconds >= 1 && bytes > 0 ? `, ${formatBytes(bytes / seconds)}/s` : "";
  const part = files === ofFiles ? plural(files, "file") : `${formatCount(files)} of ${plural(ofFiles, "file")}`;
  const counts = (["missing", "damaged", "replaced"] as const)
    .filter((kind) => tier[kind] > 0)
    .map((kind) => `${formatCount(tier[kind])} ${kind}`);
  const words = counts.length === 0 ? "all as they were stored" : counts.join(", ");
  const flag = mark(terminal, wrongIn(tier) > 0 || error !== null ? "critical" : "ok");
  const name = paint(terminal, "bold", tier.tier);
  const said = ofFiles === 0 && error === null ? "nothing to read" : `${part}, ${formatBytes(bytes)}: ${words}`;
  return [
    spread(`${flag} ${name}  ${said}`, paint(terminal, "dim", `${formatDuration(seconds * 1000)}${rate}`)),
    ...(mended === 0
      ? []
      : [
          `  ${plural(mended, "file")} that ${mended === 1 ? "was" : "were"} wrong before ${mended === 1 ? "is" : "are"} whole again`,
        ]),
    ...gaveWay(tier).map((line) => `  ${line}`),
    ...(error === null ? [] : [...wordLines(error.message, { lead: "  ", indent: 0 }), `  ${error.hint ?? ""}`]),
  ];
}

function findingLines(terminal: Terminal, finding: VerifyFinding): readonly string[] {
  const { kind, tier, storedAs, message } = finding;
  const where = `${tier}: ${shellQuote(rawOf({ path: storedAs, ...(finding.storedAsBase64 === undefined ? {} : { pathBase64: finding.storedAsBase64 }) }))}`;
  return [
    spread(`${mark(terminal, "critical")} ${shellQuote(rawOf(finding))}`, kind),
    `    ${where}`,
    ...wordLines(message, { lead: "    ", indent: 0 }),
  ];
}

function answer({ status, tiers }: VerifyReport, wrong: number): string {
  if (status === "interrupted")
    return "stopped; what was read is written down, and the next verify goes on with the rest";
  if (wrong > 0)
    return `${plural(wrong, "stored file")} ${wrong === 1 ? "is" : "are"} not what was stored; health tells until mended`;
  if (status === "partial") return "not everything could be read";
  return tiers.every(({ ofFiles }) => ofFiles === 0)
    ? "nothing of it is stored"
    : "everything that was read is what was stored";
}

function overdueLines(terminal: Terminal, { overdue }: VerifyReport): readonly string[] {
  if (overdue.files === 0) return [];
  const words = `${plural(overdue.files, "file")}, ${formatBytes(overdue.bytes)}, not read back for over ${formatDuration(overdue.everyMs)}`;
  return [`${mark(terminal, "warning")} ${words}:  tierkeep verify --sample 5%`];
}
