import { manifestsFolder } from "../catalog/manifest.ts";
import { listDirectory } from "../host/files.ts";
import { joinPath, type RawPath } from "../lib/raw-path.ts";
import { inDirectory } from "./in-directory.ts";

export interface Manifest {
  readonly run: string;
  /** From the tier's root. */
  readonly path: RawPath;
}

/** The hosts that have manifests on a tier. @throws SystemError */
export function hostsOn(root: number): readonly string[] {
  return namesIn(root, manifestsFolder);
}

/** The manifests of a machine that has had these names, the oldest run first. @throws SystemError */
export function manifestsOf(root: number, hosts: readonly string[]): readonly Manifest[] {
  const folders = hosts.map((host) => joinPath(manifestsFolder, host));
  const found = folders.flatMap((folder) => monthsIn(root, folder)).flatMap((month) => manifestsIn(root, month));
  return found.sort(byRun);
}

/** The newest of them all, without reading the names of all others. @throws SystemError */
export function newestManifest(root: number, host: string, besides: string): Manifest | undefined {
  const months = monthsIn(root, joinPath(manifestsFolder, host)).toSorted().toReversed();
  for (const month of months) {
    const newest = manifestsIn(root, month)
      .filter(({ run }) => run !== besides)
      .sort(byRun)
      .at(-1);
    if (newest !== undefined) return newest;
  }
  return undefined;
}

/** Runs begin with their time. */
function byRun(left: Manifest, right: Manifest): number {
  return left.run < right.run ? -1 : 1;
}

function monthsIn(root: number, folder: RawPath): readonly RawPath[] {
  const years = namesIn(root, folder).map((year) => joinPath(folder, year));
  return years.flatMap((year) => namesIn(root, year).map((month) => joinPath(year, month)));
}

const suffix = ".jsonl";

function manifestsIn(root: number, month: RawPath): Manifest[] {
  const names = namesIn(root, month).filter((name) => name.endsWith(suffix));
  return names.map((name) => ({ run: name.slice(0, -suffix.length), path: joinPath(month, name) }));
}

function namesIn(root: number, path: RawPath): readonly RawPath[] {
  return inDirectory(root, path, (fd) => [...listDirectory(fd)].map(({ name }) => name));
}
