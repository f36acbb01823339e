import { OperatorError } from "../lib/errors.ts";
import { plural } from "../lib/units.ts";
import type { Config, Problem } from "./config.ts";
import { type ConfigDeps, realConfigDeps } from "./deps.ts";
import type { Draft } from "./draft.ts";
import { type LoadResult, loadConfig } from "./load.ts";
import { problemLines } from "./problem-text.ts";

export interface ConfigAndWarnings {
  readonly config: Config;
  readonly warnings: readonly Problem[];
}

/** @throws OperatorError CONFIG_MISSING; CONFIG_INVALID with every error in its message */
export function requireConfig(file: string, deps: ConfigDeps = realConfigDeps()): Config {
  return requireConfigAndWarnings(file, deps).config;
}

/** The same with what is doubtful, which `plan` shows. @throws OperatorError CONFIG_MISSING, CONFIG_INVALID */
export function requireConfigAndWarnings(file: string, deps: ConfigDeps = realConfigDeps()): ConfigAndWarnings {
  const { config, problems } = loadConfig(file, deps);
  if (config === undefined) throw invalid(problems);
  return { config, warnings: problems };
}

/** What is in force with what is a default, for `config show`. @throws OperatorError CONFIG_MISSING, CONFIG_INVALID */
export function requireDraft(file: string, deps: ConfigDeps): Draft {
  const { config, draft, problems }: LoadResult = loadConfig(file, deps);
  if (config === undefined || draft === undefined) throw invalid(problems);
  return draft;
}

function invalid(problems: readonly Problem[]): OperatorError {
  const errors = problems.filter((problem) => problem.severity === "error");
  const lines = problemLines(errors).join("\n").replaceAll(/^/gm, "  ");
  return new OperatorError("CONFIG_INVALID", `the configuration has ${plural(errors.length, "problem")}\n${lines}`, {
    hint: "mend these lines, then: tierkeep config check",
  });
}
