import { type BackupSet, openBackups } from "./backups.ts";
import type { Roll } from "./dice.ts";
import { openLogs } from "./logs.ts";
import { openScratchFiles } from "./scratch-files.ts";

const dayMs = 86_400_000;

/** A server that writes logs, backups and scratch, day by day. */
export interface Machine {
  readonly logs: string;
  readonly backups: string;
  readonly scratch: string;
  /** Where links in the scratch lead. */
  readonly precious: string;
  /** Content that the server wrote and did not delete itself, by its SHA-256, with a path that it had. */
  readonly owed: ReadonlyMap<string, string>;
  readonly sets: readonly BackupSet[];
  /** All the days until a moment. */
  readonly liveUntil: (ms: number) => void;
}

export function makeMachine(root: string, { fromMs, roll }: { readonly fromMs: number; readonly roll: Roll }): Machine {
  const logs = `${root}/log`;
  const backups = `${root}/backups`;
  const scratch = `${root}/scratch`;
  const precious = `${root}/precious`;
  const owed = new Map<string, string>();
  const parts = [
    openLogs(logs, { roll, owed }),
    openBackups(backups, { roll, owed }),
    openScratchFiles(scratch, { roll, precious }),
  ] as const;
  let livedMs = fromMs;
  return {
    ...{ logs, backups, scratch, precious, owed, sets: parts[1].sets },
    liveUntil: (ms) => {
      for (; livedMs + dayMs <= ms; livedMs += dayMs) for (const part of parts) part.liveADay(livedMs);
    },
  };
}
