import type { Catalog } from "../catalog/catalog.ts";
import { type Quarantined, type QuarantineRow, quarantinedId } from "../catalog/quarantine.ts";
import { liesAside } from "../clean/expire.ts";
import { scratchRoot } from "../clean/open-directory.ts";
import { bringBack } from "../clean/quarantine.ts";
import { closeFd, setTimes } from "../host/posix.ts";
import { type FileStat, statFd } from "../host/stat.ts";
import { openSourceRoot } from "../jobs/source.ts";
import { hasCode, OperatorError } from "../lib/errors.ts";
import { baseName, joinPath, parentOf, type RawPath, rawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import type { FoundQuarantined } from "../reports/find.ts";
import { pathFields } from "../reports/path.ts";
import type { RestoredFile } from "../reports/restore.ts";
import { openDirectory } from "../restore/directory.ts";
import type { Reach } from "../restore/reach.ts";
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

interface TypedAside extends TypedAt {
  readonly reach: Reach;
}

/** By id, or by path as `find` and `restore` read one. */
export function matchAside(catalog: Catalog, pattern: string, typedAt: TypedAside): readonly Quarantined[] {
  const isMeant = matchPaths(pattern, typedAt);
  const newest = new Map<RawPath, Quarantined>();
  for (const item of catalog.quarantine.all()) {
    const path = joinPath(item.root, item.path);
    const isIt = quarantinedId(item) === pattern;
    if (!(isIt || isMeant(path)) || !isAside(item, typedAt.reach)) continue;
    if (isIt) return [item];
    newest.set(path, item);
  }
  return [...newest.values()];
}

/** A run that was killed did not write down what it had set aside; the next run does. */
export function isAside(item: QuarantineRow, reach: Pick<Reach, "answers">): boolean {
  return item.state === "aside" || (reach.answers(item.root) && liesAside(item));
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

/** Each goes back by itself, and before it the directories that it was in; what one meets concerns it alone. */
export function bringAllBack(aside: AsideMeant, work: BringingBack): RestoredFile[] {
  const meant = new Map([...aside.values()].flat().map((item) => [quarantinedId(item), item]));
  const made: MadeDirectory[] = [];
  const files: RestoredFile[] = [];
  for (const item of [...directoriesAround(meant, work), ...meant.values()].sort(byPath)) {
    const file = isThere(item, work) ? undefined : bringOneBack(item, work, made);
    if (file === undefined || !(meant.has(quarantinedId(item)) || file.error !== null)) continue;
    work.request.onRestored(file);
    files.push(file);
  }
  for (const { path, accessedNs, modifiedNs } of made.reverse()) {
    const fd = openDirectory(path);
    setTimes(fd, accessedNs, modifiedNs);
    closeFd(fd);
  }
  return files;
}

/** A directory that is back; what is put into it renews its times. */
interface MadeDirectory extends Pick<FileStat, "accessedNs" | "modifiedNs"> {
  readonly path: RawPath;
}

function byPath(left: Quarantined, right: Quarantined): number {
  const [one, other] = [left, right].map(({ root, path }) => joinPath(root, path));
  return (one ?? "") < (other ?? "") ? -1 : 1;
}

/** Those that lie aside, too, the newest of each path; below another directory they are not made as they were. */
function directoriesAround(
  meant: ReadonlyMap<string, Quarantined>,
  { catalog, request }: BringingBack,
): Iterable<Quarantined> {
  if (request.to !== undefined) return [];
  const above = new Set<RawPath>();
  const meantPaths = new Set([...meant.values()].map(({ root, path }) => joinPath(root, path)));
  for (const { root, path } of meant.values()) {
    for (let at = parentOf(path); at !== ""; at = parentOf(at)) above.add(joinPath(root, at));
  }
  const newest = new Map<RawPath, Quarantined>();
  for (const item of catalog.quarantine.all()) {
    const path = joinPath(item.root, item.path);
    if (item.isDirectory && above.has(path) && !meantPaths.has(path) && isAside(item, request.reach))
      newest.set(path, item);
  }
  return newest.values();
}

/** A directory that was made anew stays as it is, and what was in the old one goes into it. */
function isThere({ isDirectory, root, path }: Quarantined, { request: { to, reach } }: BringingBack): boolean {
  const place = joinPath(to === undefined ? "" : rawPath(to), joinPath(root, path));
  if (!isDirectory || !reach.answers(place)) return false;
  try {
    closeFd(openDirectory(place));
    return true;
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "ELOOP")) return false;
    throw error;
  }
}

function bringOneBack(
  item: Quarantined,
  { catalog, request, nowMs }: BringingBack,
  made: MadeDirectory[],
): RestoredFile {
  const path = joinPath(item.root, item.path);
  const told = { id: quarantinedId(item), ...pathFields(path), sizeBytes: item.sizeBytes, sha256: null };
  try {
    const keepBoth = request.keepBoth && !item.isDirectory;
    const target = prepareTarget({ path, modifiedNs: item.modifiedNs }, { ...request, keepBoth });
    renameBack(item, target);
    if (item.isDirectory) made.push(seenDirectory(target));
    catalog.quarantine.forget([item]);
    // Its stamps are old still: without this, tonight's run would take it away again.
    catalog.restores.end([], { paths: [path], nowMs });
    const { path: restoredTo, pathBase64 } = pathFields(target);
    return { ...told, restoredTo, ...(pathBase64 === undefined ? {} : { restoredToBase64: pathBase64 }), error: null };
  } catch (error) {
    return { ...told, restoredTo: null, error: reportedError(error) };
  }
}

function seenDirectory(path: RawPath): MadeDirectory {
  const fd = openDirectory(path);
  const { accessedNs, modifiedNs } = statFd(fd);
  closeFd(fd);
  return { path, accessedNs, modifiedNs };
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
