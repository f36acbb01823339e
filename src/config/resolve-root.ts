import type { ConfigDeps } from "./deps.ts";

const maxLinks = 40;

/**
 * An absolute path with its symbolic links resolved, as far as that can be done without waiting for a file system
 * that may hang (HAZARDS C1): from there on, and from what isn't there, it stays as written.
 */
export function resolveRoot(path: string, deps: Pick<ConfigDeps, "readLink" | "mayHang">): string {
  let resolved = "";
  let rest = namesOf(path);
  let links = 0;
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    if (name === "..") {
      resolved = resolved.slice(0, Math.max(resolved.lastIndexOf("/"), 0));
      continue;
    }
    const next = `${resolved}/${name}`;
    if (deps.mayHang(next)) return [next, ...rest].join("/");
    const target = deps.readLink(next);
    if (target === undefined) {
      resolved = next;
      continue;
    }
    links += 1;
    if (links > maxLinks) return path;
    if (target.startsWith("/")) resolved = "";
    rest = [...namesOf(target), ...rest];
  }
  return resolved === "" ? "/" : resolved;
}

function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}
