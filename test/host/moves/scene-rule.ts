import type { MoveRule } from "../../../src/moves/rule.ts";

const dayMs = 86_400_000;

/** What a rule is when a test says nothing else. */
export const sceneRule: MoveRule = {
  kind: "move",
  name: "logs",
  formerly: [],
  needs: ["warm"],
  source: "",
  sourceTier: undefined,
  sourcePath: "",
  to: "warm",
  olderThanMs: 7 * dayMs,
  ageBy: ["mtime"],
  settledForMs: 0,
  settledForGiven: false,
  include: ["*"],
  exclude: [],
  compress: "none",
  layout: "tree",
  activeLogs: false,
  unit: "file",
  whenAbove: undefined,
  untilBelow: undefined,
  maxMove: undefined,
};
