import { type Envelope, type EnvelopeFacts, envelope } from "./envelope.ts";

/** What is wrong or doubtful in a configuration file. */
export interface ConfigCheckReport extends Envelope<"config-check"> {
  readonly file: string;
  /** No errors; there may be warnings. */
  readonly valid: boolean;
  readonly problems: readonly ConfigProblem[];
  readonly totals: ConfigTotals;
}

export interface ConfigProblem {
  readonly severity: "error" | "warning";
  readonly file: string;
  /** 1-based; `null` when the problem is not at one place. */
  readonly line: number | null;
  /** Such as `move.logs.older_than`; empty for a syntax error. */
  readonly key: string;
  /** As the file has it; `null` for a key that is unknown or missing. */
  readonly found: string | null;
  readonly message: string;
  readonly hint: string | null;
}

export interface ConfigTotals {
  readonly errors: number;
  readonly warnings: number;
  readonly tiers: number;
  readonly jobs: number;
}

export interface ConfigCheckFacts {
  readonly file: string;
  readonly problems: readonly ProblemFacts[];
  readonly tiers: number;
  readonly jobs: number;
}

type ProblemFacts = Omit<ConfigProblem, "line" | "found" | "hint"> & {
  readonly line: number | undefined;
  readonly found: string | undefined;
  readonly hint: string | undefined;
};

export function configCheckReport(facts: ConfigCheckFacts, made: EnvelopeFacts): ConfigCheckReport {
  const errors = facts.problems.filter((problem) => problem.severity === "error").length;
  return {
    ...envelope("config-check", made),
    file: facts.file,
    valid: errors === 0,
    problems: facts.problems.map(problemFields),
    totals: { errors, warnings: facts.problems.length - errors, tiers: facts.tiers, jobs: facts.jobs },
  };
}

function problemFields({ severity, file, line, key, found, message, hint }: ProblemFacts): ConfigProblem {
  return { severity, file, line: line ?? null, key, found: found ?? null, message, hint: hint ?? null };
}
