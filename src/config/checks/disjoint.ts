import { rawPath } from "../../lib/raw-path.ts";
import { compileSelection, type Selection } from "../../policies/patterns.ts";

/** True when no name can fit both selections, as far as their patterns show it; when unsure, false. */
export function areDisjoint(one: Selection, other: Selection): boolean {
  return one.include.every((left) =>
    other.include.every(
      (right) => other.exclude.includes(left) || one.exclude.includes(right) || neverMeet(left, right),
    ),
  );
}

const globs = /[*?[\]{}()!+@|\\]/;

/** Two patterns for names at any depth that no name fits both of. */
function neverMeet(left: string, right: string): boolean {
  if (left.includes("/") || right.includes("/")) return false;
  const [leftIsName, rightIsName] = [!globs.test(left), !globs.test(right)];
  if (leftIsName) return !fits(right, left);
  if (rightIsName) return !fits(left, right);
  return apart(head(left), head(right), "startsWith") || apart(tail(left), tail(right), "endsWith");
}

function fits(pattern: string, name: string): boolean {
  return compileSelection({ include: [pattern], exclude: [] }).selects(rawPath(name));
}

/** What every fitting name begins with. */
function head(pattern: string): string {
  return pattern.slice(0, Math.max(pattern.search(globs), 0));
}

/** What every fitting name ends with. */
function tail(pattern: string): string {
  return /[^*?[\]{}()!+@|\\]*$/.exec(pattern)?.[0] ?? "";
}

function apart(left: string, right: string, relation: "startsWith" | "endsWith"): boolean {
  return !left[relation](right) && !right[relation](left);
}
