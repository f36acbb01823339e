import type * as z from "zod";
import { durationField, rateField } from "../lib/fields.ts";

/** The keys of `[verify]`. */
export const verifyShape = {
  every: durationField().prefault("30d").describe("What was not read back for longer than this is overdue."),
  read_rate: rateField()
    .optional()
    .describe("Bytes read a second at most, by `verify` alone. Default: `read_rate` of `[limits]`."),
};

export interface VerifySettings {
  readonly everyMs: number;
  /** Bytes a second. */
  readonly readRate: number | undefined;
}

export function verifySettings(table: z.output<z.ZodObject<typeof verifyShape>>): VerifySettings {
  return { everyMs: table.every, readRate: table.read_rate };
}
