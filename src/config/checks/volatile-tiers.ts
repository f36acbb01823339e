import { atKey } from "../at-key.ts";
import type { Finding } from "../finding.ts";
import type { CheckFacts } from "./check.ts";
import { isVolatile } from "./file-system-types.ts";

/** A tier on tmpfs: what was moved there is gone at the next boot. */
export function checkVolatileTiers({ draft, mountOf }: CheckFacts): readonly Finding[] {
  return draft.tiers.flatMap(({ section, root }): readonly Finding[] => {
    const fsType = root === undefined ? "" : (mountOf(root)?.fsType ?? "");
    if (!isVolatile(fsType)) return [];
    const message = `lies on ${fsType}: what is moved there is gone at the next boot`;
    return [atKey(section, "path", { message, severity: "warning" })];
  });
}
