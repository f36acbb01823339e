import type { RawPath } from "../lib/raw-path.ts";
import type { Item } from "./batch-item.ts";
import type { Setback } from "./failure.ts";

/** Why a set got no further in this run; what is copied of it waits in staging. */
export type SetStop =
  | { readonly kind: "limit"; readonly copiedBytes: number }
  | { readonly kind: "setback"; readonly path: RawPath; readonly setback: Setback };

/** The first of some files that stands in its set's way. */
export function setbackOf(items: readonly Item[]): SetStop | undefined {
  const first = items.find((item) => item.setback !== undefined);
  if (first?.setback === undefined) return undefined;
  return { kind: "setback", path: first.operation.path, setback: first.setback };
}
