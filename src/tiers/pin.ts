import type { MountFacts } from "./inspect.ts";
import type { TierConfig, TierPin } from "./tier.ts";

/** The pin of a tier that carries this identity on this mount. */
export function pinOn(
  { name, directory }: TierConfig,
  { mountPoint, filesystemType, filesystemId, source }: MountFacts,
  known: Pick<TierPin, "uuid" | "adoptedAt">,
): TierPin {
  const mount = { mountPoint, filesystemType, filesystemId: filesystemId ?? source };
  return { tier: name, uuid: known.uuid, ...mount, directory, adoptedAt: known.adoptedAt };
}
