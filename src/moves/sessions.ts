import type { StagingOwner } from "../catalog/journal.ts";
import type { OpenMoveSession } from "./open-session.ts";

/** Whose journal and staging folder a session has: of a run, under the job's name of that time. */
export type SessionOwner = Pick<StagingOwner, "run" | "job">;

/** The sessions that one run of a job needs, one at a time: its own, and those of earlier runs whose sets it goes on with. */
export interface Sessions extends AsyncDisposable {
  /** @throws TierFailure */
  readonly of: (owner: SessionOwner) => Promise<OpenMoveSession>;
  /** Wall time of each stage, over all sessions. */
  readonly stageSeconds: () => Readonly<Record<string, number>>;
}

export function openSessions(open: (owner: SessionOwner) => Promise<OpenMoveSession>): Sessions {
  let current: OpenMoveSession | undefined;
  const seconds: Record<string, number> = {};
  const close = async () => {
    const ending = current;
    current = undefined;
    if (ending === undefined) return;
    try {
      for (const [stage, spent] of Object.entries(await ending.stageSeconds()))
        seconds[stage] = (seconds[stage] ?? 0) + spent;
    } finally {
      await ending[Symbol.asyncDispose]();
    }
  };
  return {
    of: async (owner) => {
      if (current?.run === owner.run && current.rule.name === owner.job) return current;
      await close();
      current = await open(owner);
      return current;
    },
    stageSeconds: () => seconds,
    [Symbol.asyncDispose]: close,
  };
}
