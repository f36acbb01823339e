import { openCatalog } from "../catalog/catalog.ts";
import type { Config } from "../config/config.ts";
import type { GuardId } from "../jobs/guards.ts";
import { keepReserve } from "../jobs/reserve.ts";
import type { AppDoors } from "./app.ts";
import { fingerprintOf } from "./approval.ts";

export interface ApprovedRules {
  /** Canonical text of the rules that were shown, by job (HAZARDS D16: what was shown is what is stored). */
  readonly rules: ReadonlyMap<string, string>;
  /** Who said yes. */
  readonly by: string;
}

/** Writes down that the next run of these jobs may get past a guard. @throws OperatorError STATE_DIR */
export function liftGuard(
  doors: AppDoors,
  config: Config,
  { jobs, guard, by }: { readonly jobs: readonly string[]; readonly guard: GuardId; readonly by: string },
): void {
  using catalog = openCatalog(config.stateDir);
  for (const job of jobs) {
    catalog.guards.lift({ job, guard, liftedAtMs: doors.host.clock.now(), liftedBy: by });
  }
}

/** Writes down that these rules, as they were shown, may act. @throws OperatorError STATE_DIR */
export function saveApprovals(doors: AppDoors, config: Config, { rules, by }: ApprovedRules): void {
  using catalog = openCatalog(config.stateDir);
  // Before the first run, which may be the one on a full disk.
  keepReserve(config.stateDir);
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
