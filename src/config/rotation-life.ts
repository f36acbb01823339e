import type { Frequency, LogrotateRule } from "./logrotate.ts";

export const dayMs = 86_400_000;
const periodMs: Readonly<Record<Frequency, number>> = {
  hourly: 3_600_000,
  daily: dayMs,
  weekly: 7 * dayMs,
  monthly: 30 * dayMs,
  yearly: 365 * dayMs,
};

export interface RotationLife {
  readonly rule: LogrotateRule;
  /** How old a rotated file gets before logrotate deletes it. */
  readonly ms: number;
  /** Such as `daily, rotate 7`. */
  readonly because: string;
}

/** How long rotated files live; nothing when they stay for ever, when none is kept, or when only sizes decide. */
export function rotationLife(rule: LogrotateRule): readonly RotationLife[] {
  const lives: RotationLife[] = [];
  if (rule.frequency !== undefined && !rule.bySize && rule.rotate > 0) {
    const ms = periodMs[rule.frequency] * rule.rotate;
    lives.push({ rule, ms, because: `${rule.frequency}, rotate ${rule.rotate}` });
  }
  if (rule.maxAgeDays !== undefined && rule.rotate !== 0) {
    lives.push({ rule, ms: rule.maxAgeDays * dayMs, because: `maxage ${rule.maxAgeDays}` });
  }
  return lives.sort((left, right) => left.ms - right.ms).slice(0, 1);
}
