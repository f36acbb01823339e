import type * as z from "zod";
import { choiceField, durationField, field, listField, percentField, rateField } from "../lib/fields.ts";
import type { DaySpan, Limits } from "./limits.ts";

/** The keys of `[limits]`. */
export const limitsShape = {
  stop_after: durationField().optional().describe("How long a run takes new work; the rest is for tomorrow."),
  not_between: listField(daySpanField(), 'a list of times such as ["08:00-18:00"]')
    .prefault([])
    .describe("Local times at which no new work is taken. Naming a job, or `--now`, overrides it."),
  read_rate: rateField().optional().describe("Bytes read a second at most."),
  write_rate: rateField().optional().describe("Bytes written a second at most."),
  io: choiceField(["idle", "best-effort"]).prefault("idle").describe("The class of disk scheduling (ioprio_set(2))."),
  io_pressure: percentField()
    .prefault("30%")
    .describe(
      "Work pauses while the machine waits for its disks (`some avg10` of /proc/pressure/io) by more than this above what it did before the run.",
    ),
};

/** The values of `[limits]` in code's units. */
export function limitsOf(table: z.output<z.ZodObject<typeof limitsShape>>): Limits {
  return {
    stopAfterMs: table.stop_after,
    notBetween: table.not_between,
    readRate: table.read_rate,
    writeRate: table.write_rate,
    io: table.io,
    ioPressure: table.io_pressure,
  };
}

function daySpanField() {
  return field({
    expects: 'two local times such as "08:00-18:00"',
    read: (found) => (typeof found === "string" ? parseDaySpan(found) : undefined),
    schema: { type: "string", examples: ["08:00-18:00"] },
  });
}

function parseDaySpan(text: string): DaySpan | undefined {
  const match = /^(\d\d?):(\d\d)\s*-\s*(\d\d?):(\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = match.slice(1).map(Number);
  const from = fromHour * 60 + fromMinute;
  const to = toHour * 60 + toMinute;
  const isTime = fromMinute < 60 && toMinute < 60 && from < dayMinutes && to <= dayMinutes;
  return isTime && from !== to ? { from, to } : undefined;
}

const dayMinutes = 24 * 60;
