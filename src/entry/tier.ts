import { doTierTask } from "../app/tier-child.ts";
import type { FromTierChild, TierTask } from "../app/tier-messages.ts";
import { realHost } from "../host/host.ts";
import { giveWayToOthers } from "./give-way.ts";
import { serveParent } from "./serve-parent.ts";

/** The entry point of a process of its own for one tier. */
serveParent<TierTask, FromTierChild>(async (task, doors) => {
  if (task.kind === "verify") giveWayToOthers(task.limits, true);
  await doTierTask(task, { ...doors, clock: realHost().clock });
});
