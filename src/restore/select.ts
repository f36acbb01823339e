import { posix } from "node:path";
import type { Placement, Placements } from "../catalog/placements.ts";
import { OperatorError } from "../lib/errors.ts";
import { compileGlob } from "../lib/glob.ts";
import { formatLocal } from "../lib/moment.ts";
import { baseName, isWithin, type RawPath, rawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import type { Reach } from "./reach.ts";

/** Where a pattern was typed. */
export interface TypedAt {
  readonly workingDirectory: string;
  readonly reach: Pick<Reach, "resolve">;
}

/** Every placement that a pattern means: an id, a file, a directory and all below it, or a glob; a bare name at any depth. */
export function* matchPlacements(placements: Placements, pattern: string, typedAt: TypedAt): Generator<Placement> {
  const byId = placements.byId(pattern);
  if (byId !== undefined) {
    yield byId;
    return;
  }
  const absolute = absolutePattern(pattern, typedAt.workingDirectory);
  if (absolute === undefined) {
    const isMatch = bareMatcher(rawPath(pattern));
    for (const placement of placements.all()) if (isMatch(placement.path)) yield placement;
    return;
  }
  const told = new Set<string>();
  for (const spelling of spellingsOf(absolute, typedAt)) {
    const isMatch = pathMatcher(spelling);
    for (const placement of placements.all(fixedPrefix(spelling))) {
      if (!isMatch(placement.path) || told.has(placement.id)) continue;
      told.add(placement.id);
      yield placement;
    }
  }
}

/** The same for what has no placement: whether an absolute path is meant. */
export function matchPaths(pattern: string, typedAt: TypedAt): (path: RawPath) => boolean {
  const absolute = absolutePattern(pattern, typedAt.workingDirectory);
  if (absolute === undefined) return bareMatcher(rawPath(pattern));
  const matchers = [...spellingsOf(absolute, typedAt)].map(pathMatcher);
  return (path) => matchers.some((isMatch) => isMatch(path));
}

/** The catalog has paths without links, as the source was resolved; people type the ones that they know. */
function spellingsOf(absolute: RawPath, { reach }: TypedAt): ReadonlySet<RawPath> {
  return new Set([absolute, reach.resolve(absolute)]);
}

/** Those of some patterns that are paths, from the root. */
export function absolutePatterns(typed: {
  readonly patterns: readonly string[];
  readonly workingDirectory: string;
}): readonly RawPath[] {
  return typed.patterns.flatMap((pattern) => absolutePattern(pattern, typed.workingDirectory) ?? []);
}

/** The pattern from the root, as a shell would read it; `undefined` for a bare name, which fits at any depth. */
function absolutePattern(pattern: string, workingDirectory: string): RawPath | undefined {
  if (!pattern.includes("/") && pattern !== "." && pattern !== "..") return undefined;
  return rawPath(posix.resolve(workingDirectory, pattern));
}

/** The directory under which all matches must lie, so that not every row is read. */
function fixedPrefix(pattern: RawPath): RawPath | undefined {
  const parts = pattern.split("/").slice(0, -1);
  const firstGlob = parts.findIndex((part) => /[*?[\]{}()!+@\\]/.test(part));
  const fixed = (firstGlob === -1 ? parts : parts.slice(0, firstGlob)).join("/");
  return fixed === "" ? undefined : (fixed as RawPath);
}

/** A bare name may be a file or a directory, wherever it is; none, such as a shell's unset variable, means nothing. */
function bareMatcher(name: RawPath): (path: RawPath) => boolean {
  if (name === "") return () => false;
  const matches = compileGlob(name);
  return (path) => path.split("/").some((part) => part === name) || matches(baseName(path));
}

function pathMatcher(absolute: RawPath): (path: RawPath) => boolean {
  const matches = compileGlob(absolute);
  return (path) => isWithin(path, absolute) || matches(path);
}

export interface Choice extends TypedAt {
  readonly placements: Placements;
  readonly pattern: string;
  /** Only versions that were not younger then, in milliseconds since 1970. */
  readonly atMs: number | undefined;
}

/**
 * One version of each path that a pattern means: the newest, or with `atMs` the newest whose modification time is not
 * after it. @throws OperatorError NOT_FOUND; AMBIGUOUS when several are equally good
 */
export function choosePlacements(choice: Choice): readonly Placement[] {
  const best = new Map<RawPath, Placement[]>();
  let seen = 0;
  for (const placement of matchPlacements(choice.placements, choice.pattern, choice)) {
    seen += 1;
    if (
      placement.state === "removed" ||
      (choice.atMs !== undefined && placement.modifiedNs / 1_000_000n > BigInt(choice.atMs))
    )
      continue;
    const rivals = best.get(placement.path) ?? [];
    best.set(placement.path, better(rivals, placement));
  }
  if (best.size === 0) throw notFound(choice, seen);
  return [...best.values()].map(theOne);
}

/** Keeps what is newest; the same content at the same time is no rival. */
function better(rivals: Placement[], candidate: Placement): Placement[] {
  const [first] = rivals;
  if (first === undefined || candidate.modifiedNs > first.modifiedNs) return [candidate];
  if (candidate.modifiedNs < first.modifiedNs || rivals.some((rival) => rival.sha256 === candidate.sha256))
    return rivals;
  return [...rivals, candidate];
}

function theOne(rivals: readonly Placement[]): Placement {
  const [first] = rivals;
  if (first === undefined) throw new Error("a path without a version");
  if (rivals.length === 1) return first;
  const list = rivals.map(
    (rival) =>
      `  ${rival.id}  on ${rival.tier}, moved ${formatLocal(rival.movedAtMs)}, sha256 ${rival.sha256.slice(0, 6)}`,
  );
  throw new OperatorError(
    "AMBIGUOUS",
    `${shellQuote(first.path)} has ${rivals.length} versions of the same time\n${list.join("\n")}`,
    {
      hint: `name one by its id, such as ${first.id}`,
    },
  );
}

function notFound({ pattern, atMs }: Choice, seen: number): OperatorError {
  const quoted = shellQuote(rawPath(pattern));
  if (seen > 0 && atMs !== undefined) {
    return new OperatorError("NOT_FOUND", `${quoted} is stored, but no version is as old as ${formatLocal(atMs)}`, {
      hint: `tierkeep find ${quoted} lists the versions`,
    });
  }
  return nothingFits(pattern);
}

/** Says so, and how to look further: a name with wildcards matches at any depth. */
export function nothingFits(pattern: string): OperatorError {
  const name = pattern.split("/").findLast((part) => part !== "") ?? "";
  const further = /[*?[{]/.test(pattern) ? "/" : `*${name}*`;
  return new OperatorError("NOT_FOUND", `nothing that was moved fits ${shellQuote(rawPath(pattern))}`, {
    hint: `look further: tierkeep find ${shellQuote(rawPath(further))}`,
  });
}
