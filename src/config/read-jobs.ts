import { cleanShape } from "../clean/schema.ts";
import { dockerShape } from "../docker/schema.ts";
import { limitsShape } from "../jobs/schema.ts";
import { absolutePath, namePattern } from "../lib/fields.ts";
import { type MoveSource, moveShape } from "../moves/schema.ts";
import { verifyShape } from "../verify/schema.ts";
import type { ConfigDeps } from "./deps.ts";
import { foundText, type TomlTable } from "./document.ts";
import type { CleanDraft, Draft, MoveDraft, TierDraft } from "./draft.ts";
import type { Finding } from "./finding.ts";
import { notYet } from "./not-yet.ts";
import { resolveRoot } from "./resolve-root.ts";
import { readSection } from "./section.ts";

type JobDrafts = Pick<Draft, "moves" | "cleans" | "docker" | "limits" | "verify">;

interface JobFacts {
  readonly tiers: readonly TierDraft[];
  readonly deps: ConfigDeps;
}

/** Reads the tables of all jobs, of what limits them, and of what looks after what they have stored. */
export function readJobs(
  root: TomlTable,
  facts: JobFacts,
): { readonly drafts: JobDrafts; readonly findings: readonly Finding[] } {
  const moves = readList(root, "move", (place) => readMove(place, facts));
  const cleans = readList(root, "clean", (place) => readClean(place, facts));
  const docker = readTable(root, "docker", (table) =>
    readSection({ shape: dockerShape, table, key: "docker", notYet: notYet.docker }),
  );
  const limits = readTable(root, "limits", (table) =>
    readSection({ shape: limitsShape, table, key: "limits", notYet: [] }),
  );
  const noLimits = readSection({ shape: limitsShape, table: emptyTable, key: "limits", notYet: [] }).section;
  const verify = readTable(root, "verify", (table) =>
    readSection({ shape: verifyShape, table, key: "verify", notYet: notYet.verify }),
  );
  const noVerify = readSection({ shape: verifyShape, table: emptyTable, key: "verify", notYet: [] }).section;
  return {
    drafts: {
      moves: moves.drafts,
      cleans: cleans.drafts,
      docker: docker.section,
      limits: limits.section ?? noLimits,
      verify: verify.section ?? noVerify,
    },
    findings: [...limits.findings, ...verify.findings, ...moves.findings, ...cleans.findings, ...docker.findings],
  };
}

const emptyTable: TomlTable = { kind: "table", line: 1, entries: new Map() };

export function notTable(line: number, key: string, header: string): Finding {
  return { severity: "error", line, key, found: undefined, message: `expects a table: ${header}`, hint: undefined };
}

interface Read<T> {
  readonly draft: T;
  readonly findings: readonly Finding[];
}

interface TablePlace {
  readonly table: TomlTable;
  /** The job's name, where it has a good one. */
  readonly name: string | undefined;
  /** Such as `move.logs`, or `move[0]` without a good name. */
  readonly key: string;
  readonly label: string;
}

/** Every table of a `[[kind]]`. */
function readList<T>(
  root: TomlTable,
  kind: string,
  read: (place: TablePlace) => Read<T>,
): { readonly drafts: readonly T[]; readonly findings: readonly Finding[] } {
  const entry = root.entries.get(kind);
  if (entry === undefined) return { drafts: [], findings: [] };
  if (entry.node.kind !== "list") {
    const hint = entry.node.kind === "table" ? `write [[${kind}]], with two brackets` : undefined;
    return { drafts: [], findings: [{ ...notTable(entry.line, kind, `[[${kind}]]`), hint }] };
  }
  const drafts: T[] = [];
  const findings: Finding[] = [];
  entry.node.items.forEach((node, index) => {
    const position = `${kind}[${index}]`;
    if (node.kind !== "table") {
      findings.push({ ...notTable(node.line, position, `[[${kind}]]`), found: foundText(node) });
      return;
    }
    const name = nameIn(node);
    const key = name === undefined ? position : `${kind}.${name}`;
    const { draft, findings: within } = read({ table: node, name, key, label: name ?? position });
    drafts.push(draft);
    findings.push(...within);
  });
  return { drafts, findings };
}

interface MaybeSection<S> {
  readonly section: S | undefined;
  readonly findings: readonly Finding[];
}

/** A `[name]` that stands once or not at all. */
function readTable<S>(
  root: TomlTable,
  name: string,
  read: (table: TomlTable) => { readonly section: S; readonly findings: readonly Finding[] },
): MaybeSection<S> {
  const entry = root.entries.get(name);
  if (entry === undefined) return { section: undefined, findings: [] };
  if (entry.node.kind === "table") return read(entry.node);
  const hint = entry.node.kind === "list" ? `write [${name}], with one bracket` : undefined;
  return { section: undefined, findings: [{ ...notTable(entry.line, name, `[${name}]`), hint }] };
}

function nameIn(table: TomlTable): string | undefined {
  const node = table.entries.get("name")?.node;
  const name = node?.kind === "value" ? node.value : undefined;
  return typeof name === "string" && namePattern.test(name) ? name : undefined;
}

function readMove({ table, name, key, label }: TablePlace, facts: JobFacts): Read<MoveDraft> {
  const { section, findings } = readSection({
    ...{ shape: moveShape, table, key, notYet: notYet.move },
    oneOf: ["older_than", "unused_for"],
  });
  const sourcePath = pathOf(section.fields.source?.value, facts.tiers);
  const sourceRoot = sourcePath === undefined ? undefined : resolveRoot(sourcePath, facts.deps);
  return { draft: { label, name, section, sourcePath, sourceRoot }, findings };
}

function pathOf(source: MoveSource | undefined, tiers: readonly TierDraft[]): string | undefined {
  if (source?.kind === "path") return source.path;
  if (source?.kind !== "tier") return undefined;
  const path = tiers.find((tier) => tier.name === source.tier)?.path;
  return path === undefined ? undefined : absolutePath(`${path}/${source.relative}`);
}

function readClean({ table, name, key, label }: TablePlace, { deps }: JobFacts): Read<CleanDraft> {
  const { section, findings } = readSection({ shape: cleanShape, table, key, notYet: notYet.clean });
  const path = section.fields.path?.value;
  return { draft: { label, name, section, root: path === undefined ? undefined : resolveRoot(path, deps) }, findings };
}
