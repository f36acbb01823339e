import type { Placement } from "../catalog/placements.ts";
import { closeFd, open, openBeneath } from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import { hasCode, OperatorError } from "../lib/errors.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import type { OpenTier } from "../tiers/tier.ts";

/** Opens what a placement says is stored. @throws OperatorError STORED_MISSING, STORED_DAMAGED, TIER_UNAVAILABLE */
export function openPlacement(tier: OpenTier, placement: Placement): number {
  const where = `${shellQuote(placement.storedAs)} on ${tier.name}`;
  let fd: number;
  try {
    fd = openBeneath(tier.root, placement.storedAs, open.O_RDONLY | open.O_NOFOLLOW | open.O_NONBLOCK);
  } catch (cause) {
    if (!(cause instanceof Error && "call" in cause)) throw cause;
    const isGone = hasCode(cause, "ENOENT", "ENOTDIR", "ELOOP");
    throw new OperatorError(
      isGone ? "STORED_MISSING" : "TIER_UNAVAILABLE",
      isGone ? `${where} is not there any more` : `${where} cannot be opened: ${cause.message}`,
      {
        hint: isGone ? `tierkeep find ${shellQuote(placement.path)} lists other versions` : "tierkeep health",
        cause,
      },
    );
  }
  const { kind, sizeBytes } = statFd(fd);
  if (kind === "file" && sizeBytes === placement.storedBytes) return fd;
  closeFd(fd);
  const how = kind === "file" ? `${sizeBytes} bytes instead of ${placement.storedBytes}` : "it is no regular file";
  throw damaged(placement, tier, how);
}

export function damaged(placement: Placement, tier: OpenTier, how: string): OperatorError {
  return new OperatorError("STORED_DAMAGED", `${shellQuote(placement.storedAs)} on ${tier.name} is damaged: ${how}`, {
    hint: `keep it; tierkeep find ${shellQuote(placement.path)} lists other versions`,
  });
}
