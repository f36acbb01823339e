import { formatDuration } from "../lib/units.ts";

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;

/** A moment as a person says it, local time: `Sat 28 Nov 04:15`; with the year when that is another. */
export function momentText(ms: number, nowMs: number): string {
  const at = new Date(ms);
  const time = [at.getHours(), at.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
  const year = at.getFullYear() === new Date(nowMs).getFullYear() ? "" : ` ${at.getFullYear()}`;
  return `${days[at.getDay()]} ${at.getDate()} ${months[at.getMonth()]}${year} ${time}`;
}

/** Both ways: `Sat 28 Nov 04:15 (in 5 d)`. */
export function aheadText(ms: number, nowMs: number): string {
  return `${momentText(ms, nowMs)} (in ${formatDuration(Math.max(ms - nowMs, 0))})`;
}
