import { isWithin } from "../lib/raw-path.ts";
import type { MachineFacts, MountFact } from "./facts.ts";

export interface ChosenTiers {
  /** What is watched as fast storage: the root, and what holds logs and databases. */
  readonly hot: readonly MountFact[];
  readonly warm: MountFact | undefined;
  readonly cold: MountFact | undefined;
}

/** Which of a machine's file systems are which tier, as far as they show it; a person looks at it before it acts. */
export function chooseTiers(facts: MachineFacts): ChosenTiers {
  const local = facts.mounts.filter((mount) => !mount.network);
  const warm = local.filter((mount) => mayBeWarm(mount, facts)).sort(slowestThenLargest)[0];
  const cold = facts.mounts.find(
    (mount) => mount.network && !mount.readOnly && (warm === undefined || !areNested(mount, warm)),
  );
  const busy = ["/", "/var/log", ...facts.databases.map(({ dataDirectory }) => dataDirectory)];
  const holders = busy.flatMap((path) => holderOf(local, path) ?? []);
  return { hot: [...new Set(holders)].filter((mount) => mount !== warm), warm, cold };
}

/** The system's own places, and homes, are no place for a tier. */
const ofTheSystem = [
  "/boot",
  "/usr",
  "/var",
  "/home",
  "/root",
  "/tmp",
  "/opt",
  "/etc",
  "/run",
  "/snap",
  "/nix",
  "/dev",
];

function mayBeWarm({ path, readOnly }: MountFact, { databases }: MachineFacts): boolean {
  if (readOnly) return false;
  if (path === "/" || ofTheSystem.some((own) => isWithin(path, own))) return false;
  return !databases.some(({ dataDirectory }) => isWithin(dataDirectory, path));
}

/** Tiers lie beside one another. */
function areNested(one: MountFact, other: MountFact): boolean {
  return isWithin(one.path, other.path) || isWithin(other.path, one.path);
}

function slowestThenLargest(left: MountFact, right: MountFact): number {
  const slow = Number(right.rotational === true) - Number(left.rotational === true);
  return slow !== 0 ? slow : (right.sizeBytes ?? 0) - (left.sizeBytes ?? 0);
}

/** The mounted file system that a path lies on. */
export function holderOf(mounts: readonly MountFact[], path: string): MountFact | undefined {
  return mounts
    .filter((mount) => isWithin(path, mount.path))
    .sort((left, right) => right.path.length - left.path.length)[0];
}
