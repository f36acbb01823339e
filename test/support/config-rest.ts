import type { Config } from "../../src/config/config.ts";

/** What a configuration has when nothing is said of limits and former names. */
export const configRest: Pick<Config, "formerHosts" | "stallTimeoutMs" | "limits" | "verify"> = {
  formerHosts: [],
  stallTimeoutMs: 900_000,
  limits: {
    stopAfterMs: undefined,
    notBetween: [],
    readRate: undefined,
    writeRate: undefined,
    io: "idle",
    ioPressure: 0.3,
  },
  verify: { everyMs: 30 * 86_400_000, readRate: undefined },
};
