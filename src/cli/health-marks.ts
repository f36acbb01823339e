import type { HealthStatus } from "../reports/health.ts";
import type { Mark, Tone } from "./terminal.ts";

/** How a status of health looks on every screen. */
export const healthMarks: Readonly<Record<HealthStatus, Mark>> = {
  ok: "ok",
  warning: "warning",
  critical: "critical",
  unknown: "none",
};

export const healthTones: Readonly<Record<HealthStatus, Tone>> = {
  ok: "good",
  warning: "look",
  critical: "act",
  unknown: "dim",
};
