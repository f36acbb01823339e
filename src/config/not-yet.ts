/** Words that INTERFACE section 1 knows and this version does not act on; they are refused, never ignored. */
export const notYet: Readonly<Record<"top" | "tier" | "move", readonly string[]>> = {
  top: [
    "stall_timeout",
    "schedule",
    "formerly",
    "limits",
    "clean",
    "docker",
    "archive",
    "snapshot",
    "verify",
    "alerts",
    "metrics",
  ],
  tier: [],
  move: ["unused_for", "when_above", "until_below", "keep_for", "retain", "max_move", "schedule", "formerly"],
};

export const notYetMessage = "known, but this version does not do it yet; take it out";
