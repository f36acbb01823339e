import { openCatalog } from "../catalog/catalog.ts";
import type { Clock } from "../host/host.ts";
import { SystemError } from "../host/native.ts";
import { closeFd, open, openRoot } from "../host/posix.ts";
import { OperatorError } from "../lib/errors.ts";
import { rawPath } from "../lib/raw-path.ts";
import { hostMeant } from "../rebuild/hosts.ts";
import { importTier } from "../rebuild/import-tier.ts";
import { pinAsFound } from "../tiers/as-found.ts";
import { readIdentity } from "../tiers/identity.ts";
import { openTier } from "../tiers/open.ts";
import type { TierPin } from "../tiers/tier.ts";
import type { FromTierChild, ImportTask, TierPlace, TierTask } from "./tier-messages.ts";
import { verifyOne } from "./verify-child.ts";

export interface TierChildDoors {
  readonly clock: Clock;
  /** Aborted when the parent says stop. */
  readonly signal: AbortSignal;
  readonly send: (message: FromTierChild) => Promise<void>;
}

/** Does one thing with one tier in a process of its own, since a tier that hangs takes its process along. @throws OperatorError, SystemError */
export async function doTierTask(task: TierTask, doors: TierChildDoors): Promise<void> {
  try {
    if (task.kind === "import") await importOne(task, doors);
    else await verifyOne(task, doors);
  } catch (error) {
    if (doors.signal.aborted && error === doors.signal.reason) return;
    if (!(error instanceof SystemError)) throw error;
    const tier = task.place.how === "configured" ? task.place.tier.name : task.place.path;
    throw new OperatorError("TIER_UNAVAILABLE", `${tier} cannot be read: ${error.message}`, {
      hint: "tierkeep health; dmesg | tail",
      cause: error,
    });
  }
}

async function importOne({ place, stateDir, hosts, isAlone }: ImportTask, doors: TierChildDoors): Promise<void> {
  const nowMs = doors.clock.now();
  using opened = openPlace(place, nowMs);
  using catalog = openCatalog(stateDir);
  const watch = { signal: doors.signal, onProgress: (count: number) => doors.send({ type: "looked", count }) };
  const names = "machineName" in hosts ? [hostMeant(opened.root, hosts.machineName)] : hosts;
  const imported = await importTier(catalog, opened, { hosts: names, nowMs, isAlone, watch });
  if (opened.pin !== undefined) catalog.decisions.savePin(opened.pin);
  const { name, isAsFound } = opened;
  await doors.send({ type: "imported", tier: { ...imported, name, hosts: names, isAsFound } });
}

interface OpenPlace extends Disposable {
  readonly name: string;
  readonly root: number;
  readonly isAsFound: boolean;
  /** `undefined` for what need not be the configured tier, such as a copy of it. */
  readonly pin: TierPin | undefined;
}

function openPlace(place: TierPlace, nowMs: number): OpenPlace {
  if (place.how === "at-path") return openAtPath(place.path);
  const pin = place.pin ?? pinAsFound(place.tier, nowMs);
  const tier = openTier(place.tier, pin);
  return { ...tier, isAsFound: place.pin === undefined, pin };
}

function openAtPath(path: string): OpenPlace {
  const root = openRoot(rawPath(path), open.O_RDONLY | open.O_DIRECTORY);
  const found = readIdentity(root);
  if (found.state === "present") {
    const { name } = found.identity;
    return { name, root, isAsFound: false, pin: undefined, [Symbol.dispose]: () => closeFd(root) };
  }
  closeFd(root);
  throw new OperatorError("TIER_UNFIT", `${path} is no tier: ${stateWords[found.state]}`, {
    hint: "name the directory in which .tierkeep lies",
  });
}

const stateWords = {
  absent: "there is no .tierkeep/tier.json below it",
  unreadable: "this user may not read .tierkeep/tier.json below it",
  damaged: ".tierkeep/tier.json below it cannot be understood",
} as const;
