import { posix } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import type { Placement } from "../catalog/placements.ts";
import type { Config } from "../config/config.ts";
import { closeFd } from "../host/posix.ts";
import { lockJob } from "../jobs/lock.ts";
import { hasCode } from "../lib/errors.ts";
import { joinPath, parentOf, type RawPath, rawPath } from "../lib/raw-path.ts";
import { pathFields } from "../reports/path.ts";
import { type RestoredFile, type RestoreReport, restoreReport } from "../reports/restore.ts";
import { openDirectory } from "../restore/directory.ts";
import type { Reach } from "../restore/reach.ts";
import { type RestoreDeed, removeStaged } from "../restore/restore-file.ts";
import { restoreGroup, restoreGroups } from "../restore/restore-group.ts";
import { absolutePatterns, choosePlacements } from "../restore/select.ts";
import { prepareTarget, type TargetOptions } from "../restore/targets.ts";
import { type AppDoors, envelopeFacts, newRunId } from "./app.ts";
import { type OpenReach, openReach } from "./reach.ts";
import { type AsideMeant, asideMeant, bringAllBack } from "./restore-aside.ts";
import { type PartsMeant, partsMeant } from "./restore-parts.ts";
import { openShelf, type TierShelf } from "./shelf.ts";
import { openCatalogToWrite, reportedError } from "./stored.ts";
import { tellHealth } from "./tell-health.ts";

export interface RestoreAsk extends Omit<TargetOptions, "reach"> {
  readonly patterns: readonly string[];
  readonly atMs: number | undefined;
  readonly workingDirectory: string;
  readonly onRestored: (file: RestoredFile) => void;
}

/** What is asked, and which file systems answer. */
export interface RestoreRequest extends RestoreAsk {
  readonly reach: Reach;
}

/** Brings back what was moved; what one file meets concerns that file alone. @throws OperatorError NOT_FOUND, AMBIGUOUS, BUSY */
export async function restoreAll(doors: AppDoors, config: Config, ask: RestoreAsk): Promise<RestoreReport> {
  using catalog = openCatalogToWrite(config);
  const reach = openReach(doors, config);
  await reach.ask(absolutePatterns(ask));
  const to = ask.to === undefined ? undefined : posix.resolve(ask.workingDirectory, ask.to);
  const request: RestoreRequest = { ...ask, to, reach };
  const aside = asideMeant(catalog, request);
  const parts = partsMeant(catalog, request);
  const isElsewhere = (pattern: string) => aside.has(pattern) || parts.has(pattern);
  const chosen = placementsMeant(catalog, { aside, isElsewhere }, request);
  const holder = { pid: doors.pid, since: new Date(doors.host.clock.now()).toISOString(), run: newRunId(doors.host) };
  using _lock = await lockJob({ stateDir: config.stateDir, job: ".restore", holder });
  await reach.ask(directoriesMeant(request, { chosen, aside, parts }));
  await removeLeftovers(catalog, reach, doors.host.clock.now());
  const names = [...chosen.values()].map((placement) => placement.tier);
  using shelf = await openShelf(doors, config, { catalog, names });
  const links = new Map<string, RawPath>();
  const nowMs = doors.host.clock.now();
  const files: RestoredFile[] = [...bringAllBack(aside, { catalog, request, nowMs }), ...parts.begin()];
  if (aside.size > 0) tellHealth(config, { catalog, nowMs });
  for (const group of restoreGroups(chosen.values())) {
    doors.signal.throwIfAborted();
    const restored = await restoreSome(group, { doors, catalog, shelf, links, request });
    for (const file of restored) request.onRestored(file);
    files.push(...restored);
  }
  const last = parts.finish();
  for (const file of last) request.onRestored(file);
  files.push(...last);
  return restoreReport({ files }, envelopeFacts(doors, config));
}

interface Meant {
  readonly chosen: ReadonlyMap<string, Placement>;
  readonly aside: AsideMeant;
  readonly parts: PartsMeant;
}

/** Where everything was, and where it is to be. */
function directoriesMeant({ to }: RestoreRequest, { chosen, aside, parts }: Meant): readonly RawPath[] {
  const setAside = [...aside.values()].flat().map(({ root, path }) => joinPath(root, path));
  const paths = [...chosen.values(), ...parts.all].map(({ path }) => path);
  const originals = [...new Set([...paths, ...setAside].map(parentOf))];
  return to === undefined ? originals : originals.flatMap((path) => [path, joinPath(rawPath(to), path)]);
}

/** Versions by id; of a path that has been set aside, that is what comes back. */
function placementsMeant(
  catalog: Catalog,
  { aside, isElsewhere }: { readonly aside: AsideMeant; readonly isElsewhere: (pattern: string) => boolean },
  request: RestoreRequest,
): ReadonlyMap<string, Placement> {
  const paths = new Set([...aside.values()].flat().map(({ root, path }) => joinPath(root, path)));
  const chosen = new Map<string, Placement>();
  for (const pattern of request.patterns) {
    try {
      for (const placement of choosePlacements({ ...request, placements: catalog.placements, pattern }))
        if (!paths.has(placement.path)) chosen.set(placement.id, placement);
    } catch (error) {
      if (!(hasCode(error, "NOT_FOUND") && isElsewhere(pattern))) throw error;
    }
  }
  return chosen;
}

interface Restoring {
  readonly doors: AppDoors;
  readonly catalog: Catalog;
  readonly shelf: TierShelf;
  /** Where the first link of each group was restored. */
  readonly links: Map<string, RawPath>;
  readonly request: RestoreRequest;
}

async function restoreSome(group: readonly Placement[], restoring: Restoring): Promise<readonly RestoredFile[]> {
  const { doors, catalog, links } = restoring;
  const prepared = group.map((placement) => ({ placement, ...prepare(placement, restoring) }));
  const deeds = prepared.flatMap(({ deed }) => deed ?? []);
  const work = { restores: catalog.restores, links, now: doors.host.clock.now };
  const errors = new Map<RestoreDeed, unknown>();
  (await restoreGroup(deeds, work)).forEach((error, index) => {
    const deed = deeds[index];
    if (deed !== undefined) errors.set(deed, error);
  });
  return prepared.map(({ placement, deed, error }) => {
    const failure = deed === undefined ? error : errors.get(deed);
    return deed === undefined || failure !== undefined
      ? failed(placement, failure)
      : restoredAt(placement, deed.target);
  });
}

interface Prepared {
  readonly deed?: RestoreDeed;
  readonly error?: unknown;
}

/** Its tier and its place; what is wrong with them concerns this file alone. */
function prepare(placement: Placement, { shelf, request }: Restoring): Prepared {
  try {
    return { deed: { placement, tier: shelf.tier(placement.tier), target: prepareTarget(placement, request) } };
  } catch (error) {
    return { error };
  }
}

function restoredAt(placement: Placement, target: RawPath): RestoredFile {
  const { path: restoredTo, pathBase64 } = pathFields(target);
  const exact = pathBase64 === undefined ? {} : { restoredToBase64: pathBase64 };
  return { ...told(placement), restoredTo, ...exact, error: null };
}

/** @throws what is no expected failure */
function failed(placement: Placement, error: unknown): RestoredFile {
  return { ...told(placement), restoredTo: null, error: reportedError(error) };
}

function told({ id, path, sizeBytes, sha256 }: Placement) {
  return { id, ...pathFields(path), sizeBytes, sha256 };
}

/**
 * Half-made files of a restore that died; the catalog wrote their names down before they were made. Which of them it
 * had brought back nobody knows, so all are left alone for a while.
 */
async function removeLeftovers(catalog: Catalog, reach: OpenReach, nowMs: number): Promise<void> {
  const left = catalog.restores.unfinished();
  await reach.ask(left.map(({ target }) => parentOf(target)));
  const unfinished = left.filter(({ target }) => reach.answers(parentOf(target)));
  for (const staged of unfinished) {
    try {
      const directory = openDirectory(parentOf(staged.target));
      removeStaged({ directory, name: staged.name });
      closeFd(directory);
    } catch (error) {
      if (!hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) throw error;
    }
  }
  const paths = unfinished.map(({ target }) => target);
  if (unfinished.length > 0) catalog.restores.end(unfinished, { paths, nowMs });
}
