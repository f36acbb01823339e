/** Words that INTERFACE section 1 knows and this version does not act on; they are refused, never ignored. */
export const notYet: Readonly<Record<"top" | "tier" | "move" | "clean" | "docker" | "verify", readonly string[]>> = {
  top: ["schedule", "archive", "snapshot", "alerts", "metrics"],
  tier: [],
  move: ["keep_for", "retain", "schedule"],
  clean: ["schedule"],
  docker: ["schedule"],
  verify: ["schedule"],
};

export const notYetMessage = "known, but this version does not do it yet; take it out";
