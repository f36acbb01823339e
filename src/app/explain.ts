import { posix } from "node:path";
import { type Catalog, openCatalogToRead } from "../catalog/catalog.ts";
import type { Placement } from "../catalog/placements.ts";
import { type Quarantined, quarantinedId } from "../catalog/quarantine.ts";
import type { Config, JobRule } from "../config/config.ts";
import { type ConfigDeps, realConfigDeps } from "../config/deps.ts";
import { resolveRoot } from "../config/resolve-root.ts";
import { concernedBy, type JobTree, nearestJob, pathFrom } from "../explain/concerned.ts";
import { nextDailyRun } from "../explain/next-run.ts";
import { type Claim, ownerOf } from "../explain/owner.ts";
import { closeFd, open, openRoot } from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import type { Refusal } from "../jobs/job.ts";
import { hasCode } from "../lib/errors.ts";
import { isWithin, type RawPath, rawPath } from "../lib/raw-path.ts";
import { entryOf } from "../moves/set-verdict.ts";
import type { ExplainReport, FoundThing, SetAside } from "../reports/explain.ts";
import { pathFields } from "../reports/path.ts";
import type { AppDoors } from "./app.ts";
import { clockRefusal } from "./clock.ts";
import { explainByJob, type JobAnswer, type RuleTree } from "./explain-job.ts";
import { isAside } from "./restore-aside.ts";
import { hungTiers, notAnswering, onlyWatched, openShelf } from "./shelf.ts";
import { sourceOf } from "./source-of.ts";
import { foundPlacement } from "./stored.ts";

export interface ExplainAsk {
  /** As it was typed. */
  readonly path: string;
  readonly workingDirectory: string;
  readonly onScanned: (job: string, files: number) => void;
}

export type Explained = Omit<ExplainReport, "schema" | "generatedAt" | "host" | "toolVersion">;

/** All that is known of one path; no question to a file system that may hang is asked by this process first. @throws OperatorError */
export async function explain(doors: AppDoors, config: Config, ask: ExplainAsk): Promise<Explained> {
  const deps = realConfigDeps();
  const typed = posix.resolve(ask.workingDirectory, ask.path);
  const trees = config.jobs.flatMap((rule) => treeOf(rule, deps));
  const path = resolveAsked(typed, trees, deps);
  const guard = await clockRefusal(doors, config);
  const answers = await askJobs(doors, config, { path, trees, guard, onScanned: ask.onScanned });
  const around = answers.filter(({ tree }) => isWithin(path, tree.root));
  const seen = around.find(({ found }) => found !== null)?.found;
  const isAnswered = around.some(({ job }) => job.error === null);
  const found = seen ?? (isAnswered ? null : await lookAt(doors, config, { path, deps, isAsked: around.length > 0 }));
  const owner = ownerOf(around.map((answer) => claimOf(answer, path)));
  const nearest = owner === undefined ? nearestJob(path, trees) : undefined;
  using catalog = openCatalogToRead(config.stateDir);
  return {
    ...pathFields(rawPath(typed)),
    resolved: pathFields(path),
    found,
    owner: owner ?? null,
    nearest: nearest === undefined ? null : { job: nearest.name, kind: nearest.rule.kind, source: nearest.source },
    jobs: answers.map(({ job }) => job),
    ...(await remembered(doors, config, { catalog, paths: new Set([path, rawPath(typed)]), deps })),
  };
}

function treeOf(rule: JobRule, deps: ConfigDeps): readonly RuleTree[] {
  const source = sourceOf(rule);
  if (source === undefined) return [];
  return [{ name: rule.name, rule, source, root: rawPath(resolveRoot(source, deps)) }];
}

/** Links lead to what is meant, but a link within a job's tree is itself what the job decides about. */
function resolveAsked(typed: string, trees: readonly JobTree[], deps: ConfigDeps): RawPath {
  const parent = resolveRoot(posix.dirname(typed), deps);
  const isInTree = typed !== "/" && trees.some(({ root }) => isWithin(rawPath(parent), root));
  return rawPath(isInTree ? posix.join(parent, posix.basename(typed)) : resolveRoot(typed, deps));
}

interface Asking {
  readonly path: RawPath;
  readonly trees: readonly RuleTree[];
  readonly guard: Refusal | undefined;
  readonly onScanned: ExplainAsk["onScanned"];
}

async function askJobs(
  doors: AppDoors,
  config: Config,
  { path, trees, guard, onScanned }: Asking,
): Promise<readonly JobAnswer[]> {
  const answers: JobAnswer[] = [];
  for (const tree of concernedBy(path, trees)) {
    answers.push(await explainByJob(doors, config, { tree, path: pathFrom(tree.root, path), guard, onScanned }));
  }
  return answers;
}

function claimOf({ tree, job, found }: JobAnswer, path: RawPath): Claim {
  const { rule } = tree;
  const selection = rule.kind === "docker" ? { include: [], exclude: [] } : rule;
  const within = pathFrom(tree.root, path);
  const isDirectory = within === "" || found?.kind === "directory";
  const isPartOfSet = rule.kind === "move" && rule.unit === "entry" && within.includes("/");
  // Its name alone decides whose a set is, with all that is in it.
  const decided = isPartOfSet ? { path: entryOf(within), isDirectory: true } : { path: within, isDirectory };
  return { job: tree.name, selection, reason: job.verdict?.reason, ...decided };
}

interface LookAt {
  readonly path: RawPath;
  readonly deps: ConfigDeps;
  /** A job was, in vain, and says so. */
  readonly isAsked: boolean;
}

/** What lies at a path of which no job tells it. @throws OperatorError TIER_UNAVAILABLE */
async function lookAt(doors: AppDoors, config: Config, { path, deps, isAsked }: LookAt): Promise<FoundThing | null> {
  if (deps.mayHang(path)) {
    if (isAsked) return null;
    const [hung] = await hungTiers(doors, config, [onlyWatched(path)]);
    if (hung !== undefined) throw notAnswering(...hung);
  }
  try {
    const fd = openRoot(path, open.O_PATH | open.O_NOFOLLOW);
    const { kind, sizeBytes, modifiedNs } = statFd(fd);
    closeFd(fd);
    return { kind, sizeBytes, modifiedAt: iso(Number(modifiedNs / 1_000_000n)) };
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR")) return null;
    throw error;
  }
}

interface Remembering {
  readonly catalog: Catalog | undefined;
  readonly paths: ReadonlySet<RawPath>;
  readonly deps: ConfigDeps;
}

/** What the catalog knows of these paths, which mean one thing. */
async function remembered(
  doors: AppDoors,
  config: Config,
  { catalog, paths, deps }: Remembering,
): Promise<Pick<Explained, "placements" | "setAside" | "storedBelow">> {
  if (catalog === undefined) return { placements: [], setAside: [], storedBelow: [] };
  const versions = [...paths].flatMap((path) => catalog.placements.ofPath(path));
  const below = [...paths].flatMap((path) => catalog.placements.totalsBelow(path));
  const names = new Set([...versions, ...below].map(({ tier }) => tier));
  using shelf = await openShelf(doors, config, { catalog, names });
  const reach = { answers: (place: RawPath) => !deps.mayHang(place) };
  const setAside = [...paths].flatMap((path) => catalog.quarantine.ofPath(path)).filter((row) => isAside(row, reach));
  const isThere = ({ tier }: Pick<Placement, "tier">) => shelf.has(tier);
  return {
    placements: versions.map((version) => foundPlacement(version, isThere(version))),
    setAside: setAside.map((item) => setAsideFields(config, item)),
    storedBelow: below.map((each) => ({
      ...each,
      state: each.state === "stored" && !isThere(each) ? "unavailable" : each.state,
    })),
  };
}

function setAsideFields({ jobs }: Config, item: Quarantined): SetAside {
  const { job, setAsideAtMs, sizeBytes, modifiedNs } = item;
  const rule = jobs.find(({ name, formerly }) => name === job || formerly.includes(job));
  const keptMs = rule?.kind === "clean" ? rule.quarantineMs : undefined;
  return {
    id: quarantinedId(item),
    job,
    setAsideAt: iso(setAsideAtMs),
    goesAt: keptMs === undefined ? null : iso(nextDailyRun(setAsideAtMs + keptMs)),
    sizeBytes,
    modifiedAt: iso(Number(modifiedNs / 1_000_000n)),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
