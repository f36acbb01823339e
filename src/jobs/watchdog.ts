import type { Activity } from "../host/activity.ts";

/** Says when a process has made no progress for too long; told of what it says, and shown what the kernel says of it. */
export interface Watchdog {
  /** It said something. */
  readonly heard: (nowMs: number) => void;
  /** Whether it has been still for the whole timeout. */
  readonly isStalled: (activity: Activity | undefined, nowMs: number) => boolean;
}

/** Reading the clock and sending messages are no work. */
const leastIoBytes = 4_096;
const leastWrittenBack = 262_144;

/**
 * Progress is a message, bytes read or written, or, since a sync has none of these, less left to write back than at any
 * time since the last of them: on a busy machine that figure goes up and down for ever, but it cannot fall for ever.
 */
export function watchdog(stallTimeoutMs: number, nowMs: number): Watchdog {
  let lastMs = nowMs;
  let ioBytes = 0;
  let leastUnwritten: number | undefined;
  const hasWorked = (activity: Activity) => {
    if (activity.ioBytes < ioBytes + leastIoBytes) return false;
    ioBytes = activity.ioBytes;
    leastUnwritten = activity.unwrittenBytes;
    return true;
  };
  const hasSynced = ({ unwrittenBytes }: Activity) => {
    leastUnwritten ??= unwrittenBytes;
    if (unwrittenBytes > leastUnwritten - leastWrittenBack) return false;
    leastUnwritten = unwrittenBytes;
    return true;
  };
  return {
    heard: (at) => {
      lastMs = at;
      leastUnwritten = undefined;
    },
    isStalled: (activity, at) => {
      if (activity !== undefined && (hasWorked(activity) || hasSynced(activity))) lastMs = at;
      return at - lastMs >= stallTimeoutMs;
    },
  };
}
