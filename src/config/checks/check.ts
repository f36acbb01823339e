import type { MountFacts } from "../deps.ts";
import type { Draft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { LogrotateRule } from "../logrotate.ts";

/** What the checks judge by. */
export interface CheckFacts {
  readonly draft: Draft;
  /** The mount that holds a path without links. */
  readonly mountOf: (path: string) => MountFacts | undefined;
  readonly logrotate: readonly LogrotateRule[];
}

/** One rule about how the parts of a configuration fit together; pure. */
export type Check = (facts: CheckFacts) => readonly Finding[];
