import { absolutePath, nameHint, namePattern, nameRule } from "../lib/fields.ts";
import { type MoveSource, moveShape } from "../moves/schema.ts";
import { tierShape } from "../tiers/schema.ts";
import type { ConfigDeps } from "./deps.ts";
import { foundText, type TomlTable } from "./document.ts";
import type { Draft, MoveDraft, TierDraft } from "./draft.ts";
import type { Finding } from "./finding.ts";
import { notYet } from "./not-yet.ts";
import { resolveRoot } from "./resolve-root.ts";
import { defaultRuntimeDir, defaultStateDir, isHostName, topShape } from "./schema.ts";
import { dotted, readSection } from "./section.ts";

export interface DraftResult {
  readonly draft: Draft;
  readonly findings: readonly Finding[];
}

/** Reads every section, and says what is wrong within each. */
export function readDraft(root: TomlTable, deps: ConfigDeps): DraftResult {
  const top = readSection({ shape: topShape, table: root, key: "", notYet: notYet.top, others: ["tiers", "move"] });
  const tiers = readTiers(root, deps);
  const moves = readMoves(root, { tiers: tiers.drafts, deps });
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
    moves: moves.drafts,
  };
  const nameless = host !== undefined && !isHostName(draft.host) ? [namelessHost(draft.host)] : [];
  return { draft, findings: [...top.findings, ...nameless, ...tiers.findings, ...moves.findings] };
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

function notTable(line: number, key: string, header: string): Finding {
  return { severity: "error", line, key, found: undefined, message: `expects a table: ${header}`, hint: undefined };
}

interface MoveFacts {
  readonly tiers: readonly TierDraft[];
  readonly deps: ConfigDeps;
}

function readMoves(root: TomlTable, facts: MoveFacts): Drafts<MoveDraft> {
  const entry = root.entries.get("move");
  if (entry === undefined) return { drafts: [], findings: [] };
  if (entry.node.kind !== "list") {
    const hint = entry.node.kind === "table" ? "write [[move]], with two brackets" : undefined;
    return { drafts: [], findings: [{ ...notTable(entry.line, "move", "[[move]]"), hint }] };
  }
  const read = entry.node.items.map((node, index) => {
    const key = `move[${index}]`;
    if (node.kind === "table") return readMove(node, key, facts);
    return { drafts: [], findings: [{ ...notTable(node.line, key, "[[move]]"), found: foundText(node) }] };
  });
  return { drafts: read.flatMap(({ drafts }) => drafts), findings: read.flatMap(({ findings }) => findings) };
}

function readMove(table: TomlTable, position: string, facts: MoveFacts): Drafts<MoveDraft> {
  const name = nameIn(table);
  const key = name === undefined ? position : `move.${name}`;
  const { section, findings } = readSection({ shape: moveShape, table, key, notYet: notYet.move });
  const sourcePath = pathOf(section.fields.source?.value, facts.tiers);
  const sourceRoot = sourcePath === undefined ? undefined : resolveRoot(sourcePath, facts.deps);
  return { drafts: [{ label: name ?? position, name, section, sourcePath, sourceRoot }], findings };
}

function nameIn(table: TomlTable): string | undefined {
  const node = table.entries.get("name")?.node;
  const name = node?.kind === "value" ? node.value : undefined;
  return typeof name === "string" && namePattern.test(name) ? name : undefined;
}

function pathOf(source: MoveSource | undefined, tiers: readonly TierDraft[]): string | undefined {
  if (source?.kind === "path") return source.path;
  if (source?.kind !== "tier") return undefined;
  const path = tiers.find((tier) => tier.name === source.tier)?.path;
  return path === undefined ? undefined : absolutePath(`${path}/${source.relative}`);
}
