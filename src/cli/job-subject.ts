import type { JobRule } from "../config/config.ts";
import { sign, type Terminal } from "./terminal.ts";

/** What a job does and with what, as the head of its plan says it: `move /var/log → warm`. */
export function subjectOf(terminal: Terminal, rule: JobRule): string {
  switch (rule.kind) {
    case "move":
      return `${rule.kind} ${rule.source} ${sign(terminal, "arrow")} ${rule.to}`;
    case "clean":
      return `${rule.kind} ${rule.path}`;
    case "docker":
      return `${rule.kind} ${rule.socket}`;
  }
}

/** Said where jobs would be listed, of a configuration that has none yet. */
export const noJobYet = "no job yet: write a [[move]], [[clean]] or [docker] into the configuration\n";
