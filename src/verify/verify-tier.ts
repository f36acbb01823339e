import type { ReadingList, ReadResult, ToRead } from "../catalog/reading-list.ts";
import type { Clock } from "../host/host.ts";
import { closeFd } from "../host/posix.ts";
import { hasCode, OperatorError } from "../lib/errors.ts";
import { rawPath } from "../lib/raw-path.ts";
import { openStored } from "../moves/read-back.ts";
import { identityName, ownDirectory, readIdentity } from "../tiers/identity.ts";
import type { OpenTier } from "../tiers/tier.ts";
import { type Pace, readVersion } from "./read-version.ts";

export interface VerifyWatch {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly pace: Pace;
  /** Bytes of a file that is being read. */
  readonly onRead: (bytes: number) => void;
  /** These results are in the catalog now; so many of them were flaws before. */
  readonly onSaved: (results: readonly ReadResult[], mended: number) => Promise<void>;
}

const savedAtOnce = 500;
const savedEveryMs = 5_000;

/**
 * Reads back what is on a tier's list, and writes down what it found, some at a time: what is interrupted goes on where
 * it was. @throws OperatorError TIER_UNAVAILABLE when the tier is not there any more; the signal's reason
 */
export async function verifyTier(tier: OpenTier, list: ReadingList, watch: VerifyWatch): Promise<void> {
  const { clock, signal } = watch;
  let results: ReadResult[] = [];
  let savedMs = clock.elapsed();
  const save = async () => {
    refuseGone(tier, results);
    const mended = list.save(results, clock.now());
    await watch.onSaved(results, mended);
    results = [];
    savedMs = clock.elapsed();
  };
  const pace: Pace = async (bytes) => {
    signal.throwIfAborted();
    watch.onRead(bytes);
    await watch.pace(bytes);
  };
  try {
    for (const version of list.versions()) {
      signal.throwIfAborted();
      results.push(await readOne(tier, version, pace));
      if (results.length >= savedAtOnce || clock.elapsed() - savedMs >= savedEveryMs) await save();
    }
  } catch (error) {
    if (error === signal.reason) await save();
    throw error;
  }
  await save();
}

async function readOne(tier: OpenTier, version: ToRead, pace: Pace): Promise<ReadResult> {
  return { version, flaw: await readVersion(tier.root, version, pace) };
}

/** A disk that was pulled out, or a server that lost its export, has no missing files: it is away. */
function refuseGone({ name, root, uuid, path }: OpenTier, results: readonly ReadResult[]): void {
  if (results.every(({ flaw }) => flaw === undefined)) return;
  const found = stillThere(root);
  if (found === uuid) return;
  throw new OperatorError(
    "TIER_UNAVAILABLE",
    `${name} went away while it was read: its identity is not there any more`,
    {
      hint: `look at ${path}: tierkeep health; dmesg | tail`,
    },
  );
}

const goneCodes = [
  ...["ENOENT", "ENOTDIR", "ELOOP"],
  ...["EIO", "ESTALE", "ENOTCONN", "ENODEV", "ENXIO", "ETIMEDOUT", "EHOSTDOWN"],
] as const;

function stillThere(root: number): string | undefined {
  try {
    // Asked of the device: the cache still has the identity of a disk that was pulled out.
    closeFd(openStored(root, rawPath(`${ownDirectory}/${identityName}`), "device"));
    const found = readIdentity(root);
    return found.state === "present" ? found.identity.uuid : undefined;
  } catch (error) {
    if (hasCode(error, ...goneCodes)) return undefined;
    throw error;
  }
}
