import { atKey } from "../at-key.ts";
import { tierNamed } from "../draft.ts";
import type { Finding } from "../finding.ts";
import type { CheckFacts } from "./check.ts";

/** Source and destination share one file system: moving makes no room there. */
export function checkOneFileSystem({ draft, mountOf }: CheckFacts): readonly Finding[] {
  return draft.moves.flatMap(({ section, sourceRoot }): readonly Finding[] => {
    const tier = tierNamed(draft, section.fields.to?.value);
    if (sourceRoot === undefined || tier?.root === undefined) return [];
    const [from, to] = [mountOf(sourceRoot), mountOf(tier.root)];
    // A tier that isn't mounted shows the file system below it; health has a word for that.
    const isThere = tier.section.fields.directory?.value === true || to?.mountPoint === tier.root;
    if (from === undefined || from.device !== to?.device || !isThere) return [];
    const compresses = section.fields.compress?.value !== "none";
    const message = `${tier.name} is on the source's own file system: only compression frees anything`;
    const hint = compresses ? undefined : "set compress, or choose another tier";
    return [atKey(section, "to", { message, severity: "warning", ...(hint === undefined ? {} : { hint }) })];
  });
}
