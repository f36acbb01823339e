import type { OpenSet } from "../catalog/sets.ts";
import { onTier } from "./failure.ts";
import type { MoveSession } from "./session.ts";
import { takeBack } from "./set-resume.ts";
import { removeOwnTree } from "./tier-files.ts";

/** Takes back all that runs have made of a set that is not published. */
export function dropSet(session: MoveSession, set: OpenSet): void {
  onTier(() => removeOwnTree(session.tier.root, set.tree));
  for (const { operations } of session.sets.batches(set)) takeBack(session, set, operations);
  session.sets.drop(set);
}
