import type { Catalog } from "../catalog/catalog.ts";
import { operationId } from "../catalog/operation.ts";
import type { StoredPart } from "../catalog/set-parts.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { pathFields } from "../reports/path.ts";
import type { RestoredFile } from "../reports/restore.ts";
import { finishDirectory, makeMissingDirectory, restoreLink } from "../restore/restore-parts.ts";
import { matchPaths } from "../restore/select.ts";
import { prepareTarget } from "../restore/targets.ts";
import type { RestoreRequest } from "./restore.ts";
import { reportedError } from "./stored.ts";

/** Directories and links of sets, which come back around their files. */
export interface PartsMeant {
  /** Some pattern means any. */
  readonly has: (pattern: string) => boolean;
  readonly all: readonly StoredPart[];
  /** Before the files: the directories that are missing. */
  readonly begin: () => readonly RestoredFile[];
  /** After them: the links, and what those directories are like. */
  readonly finish: () => readonly RestoredFile[];
}

export function partsMeant(catalog: Catalog, request: RestoreRequest): PartsMeant {
  const matchers = request.patterns.map((pattern) => [pattern, matchPaths(pattern, request)] as const);
  const meant = new Set<string>();
  const isMeant = (path: RawPath) => {
    const fitting = matchers.filter(([, matches]) => matches(path));
    for (const [pattern] of fitting) meant.add(pattern);
    return fitting.length > 0;
  };
  // Parents come before what is in them.
  const parts = [...catalog.parts.matching(isMeant)];
  const made: { readonly part: StoredPart; readonly target: RawPath }[] = [];
  const attempt = (part: StoredPart, work: (target: RawPath) => void): RestoredFile | undefined => {
    try {
      const target = prepareTarget(part, { ...request, keepBoth: request.keepBoth && part.kind === "link" });
      work(target);
      return part.kind === "link" ? told(part, target, null) : undefined;
    } catch (error) {
      return told(part, null, reportedError(error));
    }
  };
  const ofKind = (kind: StoredPart["kind"], work: (part: StoredPart, target: RawPath) => void) =>
    parts.flatMap((part) => (part.kind === kind ? (attempt(part, (target) => work(part, target)) ?? []) : []));
  return {
    has: (pattern) => meant.has(pattern),
    all: parts,
    begin: () =>
      ofKind("directory", (part, target) => {
        if (makeMissingDirectory(target)) made.push({ part, target });
      }),
    finish: () => [
      ...ofKind("link", restoreLink),
      ...made.toReversed().flatMap(({ part, target }) => attempt(part, () => finishDirectory(part, target)) ?? []),
    ],
  };
}

function told(part: StoredPart, target: RawPath | null, error: RestoredFile["error"]): RestoredFile {
  const { path: restoredTo, pathBase64 } = target === null ? { path: null, pathBase64: undefined } : pathFields(target);
  const exact = pathBase64 === undefined ? {} : { restoredToBase64: pathBase64 };
  const about = { id: operationId(part), ...pathFields(part.path), sizeBytes: 0, sha256: null };
  return { ...about, restoredTo, ...exact, error };
}
