import type { Refusal } from "../jobs/job.ts";
import { formatBytes, plural } from "../lib/units.ts";
import type { CleanRule, DeleteCap } from "./rule.ts";

interface Amount {
  readonly files: number;
  readonly bytes: number;
}

export interface CapFacts {
  readonly planned: Amount;
  /** All that lies below the path, whether it goes or stays. */
  readonly found: Amount;
  /** Nothing of the rule as it was approved was ever done whole: it may find years of scratch. */
  readonly isFirstRun: boolean;
}

const shareCountsFrom: Amount = { files: 1_000, bytes: 2 ** 30 };

/** Why a plan is too much for one run, or `undefined`: it is refused whole, since its filter may be wrong (HAZARDS D8, D9). */
export function refuseBeyondCap({ name, maxDelete }: CleanRule, facts: CapFacts): Refusal | undefined {
  const beyond = beyondCap(maxDelete, facts);
  if (beyond === undefined) return undefined;
  return {
    guard: "cap",
    message: `${name} would delete ${beyond}, which max_delete does not let one run do`,
    hint: `tierkeep plan ${name} --steps; if that is meant, once: tierkeep approve ${name} --guard cap`,
  };
}

function beyondCap(cap: DeleteCap, { planned, found, isFirstRun }: CapFacts): string | undefined {
  if (planned.files > cap.files) return `${plural(planned.files, "file")} (at most ${cap.files.toLocaleString("en")})`;
  if (cap.bytes !== undefined && planned.bytes > cap.bytes)
    return `${formatBytes(planned.bytes)} (at most ${formatBytes(cap.bytes)})`;
  const isSmall = planned.files <= shareCountsFrom.files && planned.bytes <= shareCountsFrom.bytes;
  if (isFirstRun || isSmall) return undefined;
  const share = Math.max(ratio(planned.files, found.files), ratio(planned.bytes, found.bytes));
  return share > cap.share ? `${percent(share)} of what lies there (at most ${percent(cap.share)})` : undefined;
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function percent(share: number): string {
  return `${Math.ceil(share * 100)} %`;
}
