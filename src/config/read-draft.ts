import { nameHint, namePattern, nameRule } from "../lib/fields.ts";
import { tierShape } from "../tiers/schema.ts";
import type { ConfigDeps } from "./deps.ts";
import type { TomlTable } from "./document.ts";
import type { Draft, TierDraft } from "./draft.ts";
import type { Finding } from "./finding.ts";
import { notYet } from "./not-yet.ts";
import { notTable, readJobs } from "./read-jobs.ts";
import { resolveRoot } from "./resolve-root.ts";
import { defaultRuntimeDir, defaultStateDir, isHostName, topShape } from "./schema.ts";
import { dotted, readSection } from "./section.ts";

export interface DraftResult {
  readonly draft: Draft;
  readonly findings: readonly Finding[];
}

/** Reads every section, and says what is wrong within each. */
export function readDraft(root: TomlTable, deps: ConfigDeps): DraftResult {
  const others = ["tiers", "limits", "move", "clean", "docker", "verify"];
  const top = readSection({ shape: topShape, table: root, key: "", notYet: notYet.top, others });
  const tiers = readTiers(root, deps);
  const jobs = readJobs(root, { tiers: tiers.drafts, deps });
  const { host, state_dir, runtime_dir } = top.section.fields;
  const stateDir = state_dir?.value ?? defaultStateDir;
  const runtimeDefault = stateDir === defaultStateDir ? defaultRuntimeDir : `${stateDir}/run`;
  const draft = {
    top: top.section,
    host: host?.value ?? deps.machineName(),
    stateDir,
    stateRoot: resolveRoot(stateDir, deps),
    runtimeDir: runtime_dir?.value ?? runtimeDefault,
    tiers: tiers.drafts,
    ...jobs.drafts,
  };
  const nameless = host !== undefined && !isHostName(draft.host) ? [namelessHost(draft.host)] : [];
  return { draft, findings: [...top.findings, ...nameless, ...tiers.findings, ...jobs.findings] };
}

function namelessHost(machineName: string): Finding {
  const message = `missing, and the machine's own name ${JSON.stringify(machineName)} cannot be a directory's name`;
  return { severity: "error", line: 1, key: "host", found: undefined, message, hint: 'write host = "NAME"' };
}

interface Drafts<T> {
  readonly drafts: readonly T[];
  readonly findings: readonly Finding[];
}

function readTiers(root: TomlTable, deps: ConfigDeps): Drafts<TierDraft> {
  const entry = root.entries.get("tiers");
  if (entry === undefined) return { drafts: [], findings: [] };
  if (entry.node.kind !== "table") return { drafts: [], findings: [notTable(entry.line, "tiers", "[tiers.NAME]")] };
  const findings: Finding[] = [];
  const drafts: TierDraft[] = [];
  for (const [name, { line, node }] of entry.node.entries) {
    const key = dotted("tiers", name);
    if (!namePattern.test(name)) findings.push(badName(line, key, name));
    if (node.kind !== "table") {
      findings.push(notTable(line, key, `[${key}]`));
      continue;
    }
    const { section, findings: within } = readSection({ shape: tierShape, table: node, key, notYet: notYet.tier });
    findings.push(...within);
    const path = section.fields.path?.value;
    drafts.push({ name, section, path, root: path === undefined ? undefined : resolveRoot(path, deps) });
  }
  return { drafts, findings };
}

function badName(line: number, key: string, name: string): Finding {
  const message = `not a name for a tier: ${nameRule}`;
  return { severity: "error", line, key, found: undefined, message, hint: nameHint(name) };
}
