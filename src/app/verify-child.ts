import { openCatalog } from "../catalog/catalog.ts";
import type { ReadResult, ToRead } from "../catalog/reading-list.ts";
import { readIoPressure } from "../host/io-pressure.ts";
import { openPacer } from "../jobs/open-pacer.ts";
import { bytesOf, textOf } from "../lib/raw-path.ts";
import { escapedText, pathFields } from "../reports/path.ts";
import type { VerifyFinding } from "../reports/verify.ts";
import { openTier } from "../tiers/open.ts";
import { verifyTier } from "../verify/verify-tier.ts";
import type { TierChildDoors } from "./tier-child.ts";
import type { VerifyTask } from "./tier-messages.ts";

/** Reads back what is stored on one tier. @throws OperatorError TIER_*, STATE_DIR; SystemError; the signal's reason */
export async function verifyOne(task: VerifyTask, doors: TierChildDoors): Promise<void> {
  const { place, stateDir, limits, baselineRatio } = task;
  const { clock, signal, send } = doors;
  using tier = openTier(place.tier, place.pin);
  using catalog = openCatalog(stateDir);
  const list = catalog.readingList({ ...task, tier: tier.name });
  await send({ type: "listed", totals: list.totals() });
  const onWaiting = () => void send({ type: "read", bytes: 0 });
  const isTight = () => false;
  const pacer = openPacer({ limits, clock, signal, baselineRatio, isTight, onWaiting, readPressure: readIoPressure });
  const told = tellingRead((bytes) => void send({ type: "read", bytes }));
  await verifyTier(tier, list, {
    clock,
    signal,
    pace: (read) => pacer.pace({ read, written: 0 }),
    onRead: told,
    onSaved: async (results, mended) => {
      const findings = results.flatMap(({ version, flaw }) =>
        flaw === undefined ? [] : [{ ...toldVersion(version), ...flaw }],
      );
      if (findings.length > 0) await send({ type: "flaws", findings });
      const pausedMs = pacer.pausedMs();
      await send({ type: "verified", files: results.length, bytes: bytesIn(results), mended, pausedMs });
    },
  });
}

/** A message for each small file would be more work than the file. */
const toldAtOnceBytes = 8 * 2 ** 20;

function tellingRead(tell: (bytes: number) => void): (bytes: number) => void {
  let untold = 0;
  return (bytes) => {
    untold += bytes;
    if (untold < toldAtOnceBytes) return;
    tell(untold);
    untold = 0;
  };
}

function bytesIn(results: readonly ReadResult[]): number {
  return results.reduce((sum, { version }) => sum + version.storedBytes, 0);
}

function toldVersion({ id, tier, path, storedAs }: ToRead): Omit<VerifyFinding, "kind" | "message"> {
  const exact = textOf(storedAs) === undefined ? { storedAsBase64: bytesOf(storedAs).toString("base64") } : {};
  return { id, tier, ...pathFields(path), storedAs: escapedText(storedAs), ...exact };
}
