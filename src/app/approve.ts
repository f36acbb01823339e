import { openCatalog } from "../catalog/catalog.ts";
import type { Config } from "../config/config.ts";
import type { AppDoors } from "./app.ts";
import { fingerprintOf } from "./approval.ts";

export interface ApprovedRules {
  /** Canonical text of the rules that were shown, by job (HAZARDS D16: what was shown is what is stored). */
  readonly rules: ReadonlyMap<string, string>;
  /** Who said yes. */
  readonly by: string;
}

/** Writes down that these rules, as they were shown, may act. @throws OperatorError STATE_DIR */
export function saveApprovals(doors: AppDoors, config: Config, { rules, by }: ApprovedRules): void {
  using catalog = openCatalog(config.stateDir);
  for (const [job, rule] of rules) {
    catalog.decisions.saveApproval({
      job,
      rule,
      fingerprint: fingerprintOf(rule),
      approvedAtMs: doors.host.clock.now(),
      approvedBy: by,
    });
  }
}
