import { compileGlob } from "../lib/glob.ts";
import { baseName, type RawPath, rawPath } from "../lib/raw-path.ts";

export interface Selection {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export interface Matcher {
  /** No name, of a file or a directory, is left out. */
  readonly selectsAll: boolean;
  /** The rule selects this file, by its path from the source. */
  readonly selects: (path: RawPath) => boolean;
  /** The rule selects this entry of the source as a whole, by its name. */
  readonly selectsEntry: (name: RawPath, isDirectory: boolean) => boolean;
  /** A pattern with a trailing slash leaves this whole directory out. */
  readonly prunes: (directory: RawPath) => boolean;
}

/**
 * Patterns as INTERFACE section 1 has them: without a slash at any depth, with a leading or inner slash from
 * the source, with a trailing slash for directories; `include` first, then `exclude`; dot files match.
 */
export function compileSelection(selection: Selection): Matcher {
  const include = selection.include.filter(isForFiles).map(compile);
  const includeDirectories = selection.include.filter((pattern) => !isForFiles(pattern)).map(compileDirectory);
  const exclude = selection.exclude.filter(isForFiles).map(compile);
  const excludeDirectories = selection.exclude.filter((pattern) => !isForFiles(pattern)).map(compileDirectory);
  const all = selection.include.length === 0 || selection.include.includes("*");
  return {
    selectsAll: all && selection.exclude.length === 0,
    selects: (path) =>
      (all ||
        include.some((matches) => matches(path)) ||
        includeDirectories.some((matches) => someParent(path, matches))) &&
      !exclude.some((matches) => matches(path)),
    selectsEntry: (name, isDirectory) => {
      const fits = (matches: Match) => matches(name);
      const isIn = all || include.some(fits) || (isDirectory && includeDirectories.some(fits));
      return isIn && !exclude.some(fits) && !(isDirectory && excludeDirectories.some(fits));
    },
    prunes: (directory) => excludeDirectories.some((matches) => matches(directory)),
  };
}

type Match = (path: RawPath) => boolean;

function isForFiles(pattern: string): boolean {
  return !pattern.endsWith("/");
}

function compile(pattern: string): Match {
  const anchored = pattern.includes("/");
  const matches = compileGlob(rawPath(pattern.replace(/^\//, "")));
  return anchored ? (path) => matches(path) : (path) => matches(baseName(path));
}

function compileDirectory(pattern: string): Match {
  return compile(pattern.slice(0, -1));
}

function someParent(path: RawPath, matches: Match): boolean {
  for (let slash = path.indexOf("/"); slash !== -1; slash = path.indexOf("/", slash + 1)) {
    if (matches(path.slice(0, slash) as RawPath)) return true;
  }
  return false;
}
