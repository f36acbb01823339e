import type { JobRule } from "../config/config.ts";

/** The absolute path of the tree that a job takes its files from, as configured; `undefined` for a kind that has none. */
export function sourceOf(rule: JobRule): string | undefined {
  switch (rule.kind) {
    case "move":
      return rule.sourcePath;
    case "clean":
      return rule.path;
    case "docker":
      return undefined;
  }
}
