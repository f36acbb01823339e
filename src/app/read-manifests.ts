import type { ManifestsOfTier } from "../reports/catalog.ts";
import { escapedText } from "../reports/path.ts";
import type { ReportedError } from "../reports/plan.ts";
import type { AppDoors } from "./app.ts";
import { doTier, type TierTerms } from "./do-tier.ts";
import type { ImportTask, ReadTier, TierPlace } from "./tier-messages.ts";

export interface ManifestReading {
  readonly places: readonly TierPlace[];
  /** The directory of the catalog that they are read into. */
  readonly into: string;
  readonly hosts: ImportTask["hosts"];
  readonly isAlone: boolean;
  /** So many more lines and files were looked at. */
  readonly onLooked: (name: string, count: number) => void;
}

/** Reads the manifests of tiers into a catalog, one tier after another, each in a process of its own. @throws the signal's reason */
export async function readManifests(
  doors: AppDoors,
  terms: TierTerms,
  { places, into, hosts, isAlone, onLooked }: ManifestReading,
): Promise<readonly ManifestsOfTier[]> {
  const tiers: ManifestsOfTier[] = [];
  for (const place of places) {
    const name = place.how === "configured" ? place.tier.name : place.path;
    let read: ReadTier | undefined;
    const error = await doTier(doors, terms, {
      task: { kind: "import", place, stateDir: into, hosts, isAlone },
      onMessage: (message) => {
        if (message.type === "looked") onLooked(name, message.count);
        if (message.type === "imported") read = message.tier;
      },
    });
    tiers.push(read === undefined ? unread(name, error) : { ...readCounts(read), error: null });
  }
  return tiers;
}

function readCounts({ name, isAsFound, unnamed, ...counts }: ReadTier): Omit<ManifestsOfTier, "error"> {
  const told = unnamed === undefined ? null : { files: unnamed.files, first: unnamed.first.map(escapedText) };
  return { tier: name, asFound: isAsFound, ...counts, unnamed: told };
}

export function unread(tier: string, error: ReportedError | undefined): ManifestsOfTier {
  const counts = { manifests: 0, stored: 0, lost: 0, tornLines: 0, unknownFacts: 0 };
  const silent = { code: "TIER_UNAVAILABLE", message: `reading ${tier} ended early`, hint: "tierkeep health" };
  return { tier, hosts: [], ...counts, asFound: false, unnamed: null, error: error ?? silent };
}
