import { cleanRule, cleanShape } from "../clean/schema.ts";
import { dockerRule, dockerShape } from "../docker/schema.ts";
import { limitsOf, limitsShape } from "../jobs/schema.ts";
import { hasCode, OperatorError } from "../lib/errors.ts";
import { isWithin } from "../lib/raw-path.ts";
import { moveRule, moveShape } from "../moves/schema.ts";
import { tierConfig, tierShape } from "../tiers/schema.ts";
import { verifySettings, verifyShape } from "../verify/schema.ts";
import { checks } from "./checks.ts";
import type { Config, JobRule, Problem } from "./config.ts";
import type { ConfigDeps } from "./deps.ts";
import { parseDocument, type TomlTable } from "./document.ts";
import type { CleanDraft, Draft } from "./draft.ts";
import type { Finding } from "./finding.ts";
import { readDraft } from "./read-draft.ts";
import { readLogrotate } from "./read-logrotate.ts";
import { formatVersion } from "./schema.ts";
import { completeValues } from "./section.ts";
import { syntaxFinding } from "./syntax.ts";

export interface LoadResult {
  readonly file: string;
  /** `undefined` when there is any error; warnings leave it whole. */
  readonly config: Config | undefined;
  /** In the order of the file's lines. */
  readonly problems: readonly Problem[];
  /** What could be read, with what is a default; `undefined` for a file that isn't TOML or is of a newer version. */
  readonly draft: Draft | undefined;
}

const maxBytes = 2 ** 20;

/**
 * Reads a configuration and says everything that is wrong with it. It never touches a path on a tier or a network.
 * @throws OperatorError CONFIG_MISSING when the file cannot be read
 */
export function loadConfig(file: string, deps: ConfigDeps): LoadResult {
  return judgeConfig({ file, text: readFile(file, deps) }, deps);
}

/** The same for text that is already at hand. */
export function judgeConfig(
  { file, text }: { readonly file: string; readonly text: string },
  deps: ConfigDeps,
): LoadResult {
  const parsed = parse(text);
  const early = parsed.root === undefined ? parsed.finding : newerVersion(parsed.root);
  if (parsed.root === undefined || early !== undefined) {
    return { file, config: undefined, problems: inFile(file, early === undefined ? [] : [early]), draft: undefined };
  }
  const { draft, findings } = readDraft(parsed.root, deps);
  const facts = { draft, mountOf: deps.mountOf, logrotate: draft.moves.length > 0 ? readLogrotate(deps) : [] };
  const problems = inFile(file, [...findings, ...checks.flatMap((check) => check(facts))]);
  const valid = problems.every((problem) => problem.severity === "warning");
  return { file, config: valid ? configOf(file, draft) : undefined, problems, draft };
}

function readFile(file: string, deps: ConfigDeps): string {
  try {
    return deps.readText(file);
  } catch (error) {
    const [reason, hint] = whyUnread(error);
    throw new OperatorError("CONFIG_MISSING", `the configuration ${file} ${reason}`, { hint, cause: error });
  }
}

function whyUnread(error: unknown): readonly [reason: string, hint: string] {
  if (hasCode(error, "EACCES")) return ["may not be read", "run as root, or as a user who may read it"];
  if (hasCode(error, "EISDIR")) return ["is a directory", "name the file itself with --config FILE"];
  if (!hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) throw error;
  return ["is not there", "write one with: tierkeep init; or name another one with --config FILE"];
}

type Parsed =
  | { readonly root: TomlTable; readonly finding?: undefined }
  | { readonly root: undefined; readonly finding: Finding };

function parse(text: string): Parsed {
  if (text.length > maxBytes) {
    const message = "larger than 1 MiB: this is no configuration";
    return {
      root: undefined,
      finding: { severity: "error", line: undefined, key: "", found: undefined, message, hint: undefined },
    };
  }
  try {
    return { root: parseDocument(text) };
  } catch (error) {
    const finding = syntaxFinding(error, text);
    if (finding === undefined) throw error;
    return { root: undefined, finding };
  }
}

/** Of a newer format nothing else can be judged. */
function newerVersion(root: TomlTable): Finding | undefined {
  const entry = root.entries.get("version");
  const version = entry?.node.kind === "value" ? entry.node.value : undefined;
  if (entry === undefined || typeof version !== "number" || version <= formatVersion) return undefined;
  return {
    severity: "error",
    line: entry.line,
    key: "version",
    found: String(version),
    message: `written for a newer tierkeep; this one reads version ${formatVersion}`,
    hint: "run the newer tierkeep",
  };
}

function inFile(file: string, findings: readonly Finding[]): readonly Problem[] {
  const problems = findings.map((finding) => ({ file, ...finding }));
  return problems.sort((left, right) => (left.line ?? 0) - (right.line ?? 0));
}

/** Only for a draft without errors: every value is there. */
function configOf(file: string, draft: Draft): Config {
  const { restore_grace, stall_timeout, formerly } = draft.top.fields;
  return {
    file,
    host: draft.host,
    formerHosts: present(formerly).value,
    stateDir: draft.stateDir,
    runtimeDir: draft.runtimeDir,
    restoreGraceMs: present(restore_grace).value,
    stallTimeoutMs: present(stall_timeout).value,
    limits: limitsOf(present(completeValues(limitsShape, draft.limits))),
    verify: verifySettings(present(completeValues(verifyShape, draft.verify))),
    tiers: draft.tiers.map(({ name, section }) => tierConfig(name, present(completeValues(tierShape, section)))),
    jobs: jobsOf(draft),
  };
}

function jobsOf(draft: Draft): readonly JobRule[] {
  const { docker } = draft;
  return [
    ...draft.moves.map(({ section, sourcePath }) =>
      moveRule(present(completeValues(moveShape, section)), {
        sourcePath: present(sourcePath),
        settledForGiven: section.fields.settled_for?.given === true,
      }),
    ),
    ...draft.cleans.map((clean) =>
      cleanRule(present(completeValues(cleanShape, clean.section)), ownedBelow(draft, clean)),
    ),
    ...(docker === undefined ? [] : [dockerRule(present(completeValues(dockerShape, docker)))]),
  ];
}

/** Trees below a scratch directory that are another job's. */
function ownedBelow(draft: Draft, { root, name }: CleanDraft): readonly string[] {
  const others = [
    ...draft.moves.map(({ sourceRoot }) => sourceRoot),
    ...draft.cleans.filter((clean) => clean.name !== name).map((clean) => clean.root),
  ];
  return others.flatMap((other) =>
    other !== undefined && root !== undefined && other !== root && isWithin(other, root)
      ? [other.slice(root.length + 1)]
      : [],
  );
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a configuration without problems lacks a value");
  return value;
}
