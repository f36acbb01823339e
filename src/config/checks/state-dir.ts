import { isWithin } from "../../lib/raw-path.ts";
import { atKey } from "../at-key.ts";
import type { Finding } from "../finding.ts";
import type { CheckFacts } from "./check.ts";
import { isNetwork, isVolatile } from "./file-system-types.ts";

/** The catalog must not be moved by a job, and needs a local disk (SQLite's locks and fsync). */
export function checkStateDir({ draft, mountOf }: CheckFacts): readonly Finding[] {
  const { top, stateRoot } = draft;
  const findings: Finding[] = [];
  for (const { label, sourceRoot } of draft.moves) {
    if (sourceRoot === undefined) continue;
    if (isWithin(stateRoot, sourceRoot)) {
      const message = `lies inside ${sourceRoot}, the source of ${label}`;
      findings.push(atKey(top, "state_dir", { message, hint: "keep the catalog outside of what moves" }));
    } else if (isWithin(sourceRoot, stateRoot)) {
      findings.push(atKey(top, "state_dir", { message: `contains ${sourceRoot}, the source of ${label}` }));
    }
  }
  const fsType = mountOf(stateRoot)?.fsType ?? "";
  if (isNetwork(fsType)) {
    const message = `lies on a network file system (${fsType})`;
    findings.push(atKey(top, "state_dir", { message, hint: "the catalog needs a local disk" }));
  }
  if (isVolatile(fsType)) {
    const message = `lies on ${fsType}: the catalog is gone at the next boot`;
    findings.push(atKey(top, "state_dir", { message, severity: "warning" }));
  }
  return findings;
}
