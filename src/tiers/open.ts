import { closeFd } from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import { factsWithout, inspectOpen, openTierPath } from "./inspect.ts";
import { errorOfProblem, type IdentityVerdict, judgeIdentity } from "./judge.ts";
import type { OpenTier, TierConfig, TierPin } from "./tier.ts";

/**
 * Opens a tier when it is the one that was adopted, and holds it: what is mounted over its path later changes
 * nothing for the holder. Blocks for as long as the file system does.
 * @throws OperatorError TIER_NOT_ADOPTED; TIER_IDENTITY with `expected` and `found`; TIER_CLONED; TIER_UNAVAILABLE
 */
export function openTier(config: TierConfig, pin: TierPin | undefined): OpenTier {
  const opened = openTierPath(config);
  if ("errorCode" in opened) throw refusal(judgeIdentity(config, pin, factsWithout(config, opened.errorCode)));
  const root = opened.fd;
  const release = holderOf(root);
  try {
    const facts = inspectOpen(config, root);
    const verdict = judgeIdentity(config, pin, facts);
    if (!verdict.ok || facts.mount === undefined) throw refusal(verdict);
    const { filesystemType } = facts.mount;
    const { device } = statFd(root);
    const { name } = config;
    return {
      name,
      uuid: verdict.uuid,
      path: facts.path,
      root,
      device,
      filesystemType,
      config,
      [Symbol.dispose]: release,
    };
  } catch (error) {
    release();
    throw error;
  }
}

function refusal(verdict: IdentityVerdict): Error {
  return verdict.ok ? new Error("a tier that fits was refused") : errorOfProblem(verdict);
}

/** Closes once, however often it is asked: a number closed twice may be somebody else's by then. */
function holderOf(fd: number): () => void {
  let held = true;
  return () => {
    if (held) closeFd(fd);
    held = false;
  };
}
