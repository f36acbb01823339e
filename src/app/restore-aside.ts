import type { Catalog } from "../catalog/catalog.ts";
import { type Quarantined, quarantinedId } from "../catalog/quarantine.ts";
import { scratchRoot } from "../clean/open-directory.ts";
import { bringBack } from "../clean/quarantine.ts";
import { closeFd } from "../host/posix.ts";
import { openSourceRoot } from "../jobs/source.ts";
import { hasCode, OperatorError } from "../lib/errors.ts";
import { baseName, joinPath, parentOf, type RawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import type { FoundQuarantined } from "../reports/find.ts";
import { pathFields } from "../reports/path.ts";
import type { RestoredFile } from "../reports/restore.ts";
import { openDirectory } from "../restore/directory.ts";
import { taken } from "../restore/restore-file.ts";
import { matchPaths, type TypedAt } from "../restore/select.ts";
import { prepareTarget } from "../restore/targets.ts";
import type { RestoreRequest } from "./restore.ts";
import { reportedError } from "./stored.ts";

/** By pattern. */
export type AsideMeant = ReadonlyMap<string, readonly Quarantined[]>;

/** What clean jobs set aside and each pattern means, the newest of each path; a pattern that means none is not there. */
export function asideMeant(catalog: Catalog, { patterns, atMs, ...typedAt }: RestoreRequest): AsideMeant {
  // A moment in the past is asked of versions, which a quarantine does not have.
  if (atMs !== undefined) return new Map();
  const all = patterns.map((pattern) => [pattern, matchAside(catalog, pattern, typedAt)] as const);
  return new Map(all.filter(([, items]) => items.length > 0));
}

/** By id, or by path as `find` and `restore` read one. */
export function matchAside(catalog: Catalog, pattern: string, typedAt: TypedAt): readonly Quarantined[] {
  const isMeant = matchPaths(pattern, typedAt);
  const newest = new Map<RawPath, Quarantined>();
  for (const item of catalog.quarantine.all()) {
    const path = joinPath(item.root, item.path);
    if (quarantinedId(item) === pattern) return [item];
    if (isMeant(path)) newest.set(path, item);
  }
  return [...newest.values()];
}

/** As reports show it. */
export function foundQuarantined(item: Quarantined): FoundQuarantined {
  return {
    id: quarantinedId(item),
    ...pathFields(joinPath(item.root, item.path)),
    job: item.job,
    state: "quarantined",
    setAsideAt: new Date(item.setAsideAtMs).toISOString(),
    modifiedAt: new Date(Number(item.modifiedNs / 1_000_000n)).toISOString(),
    sizeBytes: item.sizeBytes,
  };
}

interface BringingBack {
  readonly catalog: Catalog;
  readonly request: RestoreRequest;
  readonly nowMs: number;
}

/** Each goes back by itself; what one meets concerns it alone. */
export function bringAllBack(aside: AsideMeant, work: BringingBack): RestoredFile[] {
  return [...aside.values()].flat().map((item) => {
    const file = bringOneBack(item, work);
    work.request.onRestored(file);
    return file;
  });
}

function bringOneBack(item: Quarantined, { catalog, request, nowMs }: BringingBack): RestoredFile {
  const path = joinPath(item.root, item.path);
  const told = { id: quarantinedId(item), ...pathFields(path), sizeBytes: item.sizeBytes, sha256: null };
  try {
    const target = prepareTarget({ path, modifiedNs: item.modifiedNs }, request);
    renameBack(item, target);
    catalog.quarantine.forget([item]);
    // Its stamps are old still: without this, tonight's run would take it away again.
    catalog.restores.end([], { paths: [path], nowMs });
    const { path: restoredTo, pathBase64 } = pathFields(target);
    return { ...told, restoredTo, ...(pathBase64 === undefined ? {} : { restoredToBase64: pathBase64 }), error: null };
  } catch (error) {
    return { ...told, restoredTo: null, error: reportedError(error) };
  }
}

function renameBack(item: Quarantined, target: RawPath): void {
  using source = openSourceRoot(item.root);
  const directory = openDirectory(parentOf(target));
  try {
    bringBack(scratchRoot(source), item, { directory, name: baseName(target) });
  } catch (error) {
    if (hasCode(error, "EEXIST")) throw taken(target);
    if (!hasCode(error, "EXDEV")) throw error;
    const message = `${shellQuote(target)} is on another file system than what was set aside`;
    throw new OperatorError("EXTERNAL", message, { hint: "restore it without --to, and copy it from there" });
  } finally {
    closeFd(directory);
  }
}
