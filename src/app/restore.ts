import type { Catalog } from "../catalog/catalog.ts";
import type { Placement } from "../catalog/placements.ts";
import type { Config } from "../config/config.ts";
import { closeFd, open, openRoot } from "../host/posix.ts";
import { lockJob } from "../jobs/lock.ts";
import { hasCode } from "../lib/errors.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { pathFields } from "../reports/path.ts";
import { type RestoredFile, type RestoreReport, restoreReport } from "../reports/restore.ts";
import { removeStaged, restoreFile } from "../restore/restore-file.ts";
import { choosePlacements } from "../restore/select.ts";
import { prepareTarget, type TargetOptions } from "../restore/targets.ts";
import { type AppDoors, envelopeFacts, newRunId } from "./app.ts";
import { openShelf, type TierShelf } from "./shelf.ts";
import { openCatalogToWrite, reportedError } from "./stored.ts";

export interface RestoreRequest extends TargetOptions {
  readonly patterns: readonly string[];
  readonly atMs: number | undefined;
  readonly workingDirectory: string;
  readonly onRestored: (file: RestoredFile) => void;
}

/** Brings back what was moved; what one file meets concerns that file alone. @throws OperatorError NOT_FOUND, AMBIGUOUS, BUSY */
export async function restoreAll(doors: AppDoors, config: Config, request: RestoreRequest): Promise<RestoreReport> {
  using catalog = openCatalogToWrite(config);
  const { patterns, ...choice } = request;
  const chosen = new Map(
    patterns
      .flatMap((pattern) => choosePlacements({ ...choice, placements: catalog.placements, pattern }))
      .map((placement) => [placement.id, placement]),
  );
  const holder = { pid: doors.pid, since: new Date(doors.host.clock.now()).toISOString(), run: newRunId(doors.host) };
  using _lock = await lockJob(config.stateDir, ".restore", holder);
  removeLeftovers(catalog);
  const names = [...chosen.values()].map((placement) => placement.tier);
  using shelf = await openShelf(doors, config, { catalog, names });
  const links = new Map<string, RawPath>();
  const files: RestoredFile[] = [];
  for (const placement of chosen.values()) {
    doors.signal.throwIfAborted();
    const file = await restoreOne(placement, { doors, catalog, shelf, links, request });
    request.onRestored(file);
    files.push(file);
  }
  return restoreReport({ files }, envelopeFacts(doors, config));
}

interface Restoring {
  readonly doors: AppDoors;
  readonly catalog: Catalog;
  readonly shelf: TierShelf;
  /** Where the first link of each group was restored. */
  readonly links: Map<string, RawPath>;
  readonly request: RestoreRequest;
}

async function restoreOne(
  placement: Placement,
  { doors, catalog, shelf, links, request }: Restoring,
): Promise<RestoredFile> {
  const told = {
    id: placement.id,
    ...pathFields(placement.path),
    sizeBytes: placement.sizeBytes,
    sha256: placement.sha256,
  };
  try {
    const tier = shelf.tier(placement.tier);
    const target = prepareTarget(placement, request);
    const linkTo = placement.linkGroup === undefined ? undefined : links.get(placement.linkGroup);
    const { restores } = catalog;
    await restoreFile({ placement, tier, target, restores, nowMs: doors.host.clock.now(), linkTo });
    if (placement.linkGroup !== undefined) links.set(placement.linkGroup, target);
    const { path: restoredTo, pathBase64 } = pathFields(target);
    const exact = pathBase64 === undefined ? {} : { restoredToBase64: pathBase64 };
    return { ...told, restoredTo, ...exact, error: null };
  } catch (error) {
    return { ...told, restoredTo: null, error: reportedError(error) };
  }
}

/** Half-made files of a restore that died; the catalog wrote their names down before they were made. */
function removeLeftovers(catalog: Catalog): void {
  for (const staged of catalog.restores.unfinished()) {
    try {
      const directory = openRoot(staged.directory, open.O_RDONLY | open.O_DIRECTORY);
      removeStaged({ directory, name: staged.name });
      closeFd(directory);
    } catch (error) {
      if (!hasCode(error, "ENOENT", "ENOTDIR")) throw error;
    }
    catalog.restores.end(staged);
  }
}
