import { findingTable } from "../../src/health/findings.ts";
import { code, page, table } from "./markdown.ts";

export function findingsPage(): string {
  const rows = Object.entries(findingTable).map(([id, { severity, meaning, remedy }]) => [
    code(id),
    severity,
    meaning,
    remedy,
  ]);
  return page(
    "# Findings",
    `What \`tierkeep health\` can say of a tier. A finding has one of these ids, a severity, a message and a hint that is
more exact than the last column.`,
    table(["id", "severity", "meaning", "what to do"], rows),
  );
}
