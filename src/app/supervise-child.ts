import { setTimeout as delay } from "node:timers/promises";
import { readActivity } from "../host/activity.ts";
import { type Child, type ChildEnd, startChild } from "../host/child.ts";
import type { Clock } from "../host/host.ts";
import { watchdog } from "../jobs/watchdog.ts";

export type ToChild<Request> = { readonly type: "start"; readonly request: Request } | { readonly type: "stop" };

/** One piece of work for a process of its own. */
export interface ChildWork<Request, Message, Refusal> {
  readonly entryPoint: string;
  readonly request: Request;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds without progress after which it is ended. */
  readonly stallTimeoutMs: number;
  /** What a stop leaves the child for coming to a good end, in milliseconds. */
  readonly graceMs: number;
  /** Why it must not begin, or `undefined` when it may. */
  readonly mayStart: Promise<Refusal | undefined>;
  readonly onMessage: (message: Message) => void;
}

export type Supervised<Refusal> =
  | { readonly how: "refused"; readonly refusal: Refusal }
  /** It was ended since it made no progress; `stuckPid`: it did not even end. */
  | { readonly how: "stalled"; readonly stuckPid: number | undefined }
  | { readonly how: "ended"; readonly ended: ChildEnd };

/** Has a child process do one piece of work and waits for its end; the first stop is graceful. */
export async function superviseChild<Request, Message, Refusal>(
  work: ChildWork<Request, Message, Refusal>,
): Promise<Supervised<Refusal>> {
  const { clock } = work;
  const dog = watchdog(work.stallTimeoutMs, clock.elapsed());
  const child = startChild<ToChild<Request>, Message>(work.entryPoint, (message) => {
    dog.heard(clock.elapsed());
    work.onMessage(message);
  });
  // The child loads its code meanwhile; it touches nothing before it is asked.
  const refusal = await work.mayStart.catch((error: unknown) => {
    child.kill();
    throw error;
  });
  if (refusal !== undefined) {
    child.kill();
    await child.ended;
    return { how: "refused", refusal };
  }
  dog.heard(clock.elapsed());
  child.send({ type: "start", request: work.request });
  const killing = new AbortController();
  using _watch = killWhenStalled(child, work, { dog, killing });
  using _stop = stopOnSignal(child, work.signal, { killing, graceMs: work.graceMs });
  const ended = await endOf(child, killing.signal);
  if (killing.signal.reason === stalledReason)
    return { how: "stalled", stuckPid: ended === undefined ? child.pid : undefined };
  return { how: "ended", ended: ended ?? { exitCode: null, signal: "SIGKILL", stderr: "" } };
}

const stalledReason = "stalled";
const longestLookMs = 10_000;

interface Killing {
  readonly dog: ReturnType<typeof watchdog>;
  readonly killing: AbortController;
}

function killWhenStalled(
  child: Pick<Child<never>, "pid">,
  { stallTimeoutMs, clock }: Pick<ChildWork<never, never, never>, "stallTimeoutMs" | "clock">,
  { dog, killing }: Killing,
): Disposable {
  const look = () => {
    const activity = child.pid === undefined ? undefined : readActivity(child.pid);
    if (dog.isStalled(activity, clock.elapsed())) killing.abort(stalledReason);
  };
  const timer = setInterval(look, Math.min(stallTimeoutMs / 4, longestLookMs));
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

interface Stopping {
  readonly killing: AbortController;
  readonly graceMs: number;
}

function stopOnSignal(
  child: Pick<Child<{ readonly type: "stop" }>, "send">,
  signal: AbortSignal,
  { killing, graceMs }: Stopping,
): Disposable {
  let killer: NodeJS.Timeout | undefined;
  const stop = () => {
    child.send({ type: "stop" });
    killer = setTimeout(() => killing.abort("stopped"), graceMs);
  };
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  return {
    [Symbol.dispose]: () => {
      clearTimeout(killer);
      signal.removeEventListener("abort", stop);
    },
  };
}

/** What a killed process gets for ending; one that waits in the kernel does not end before its disk answers. */
const dyingMs = 5_000;

/** The child's end; killed when the signal says so, and `undefined` when it is then stuck in the kernel. */
async function endOf(
  child: Pick<Child<never>, "ended" | "kill" | "abandon">,
  killing: AbortSignal,
): Promise<ChildEnd | undefined> {
  const { promise: killed, resolve: markKilled } = Promise.withResolvers<void>();
  killing.addEventListener("abort", () => {
    child.kill();
    markKilled();
  });
  const timer = new AbortController();
  const given = killed.then(() => delay(dyingMs, undefined, { signal: timer.signal })).catch(() => undefined);
  const ended = await Promise.race([child.ended, given]);
  timer.abort();
  if (ended === undefined) child.abandon();
  return ended;
}
