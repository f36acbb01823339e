import { setTimeout as pause } from "node:timers/promises";
import { type DetachedEnd, startDetached } from "../host/detached.ts";
import type { Clock } from "../host/host.ts";
import { closeFd } from "../host/posix.ts";
import type { ProbeGroup } from "./group.ts";
import type { ItemOutcome, ProbeAnswer, ProbeItem, ProbeLine } from "./items.ts";
import { type LockDirectory, tryProbeLock } from "./probe-lock.ts";

export interface Supervision {
  readonly locks: LockDirectory;
  /** The probe's script. */
  readonly entry: string;
  readonly clock: Clock;
  /** After so long everything that has not answered counts as hung. */
  readonly limitMs: number;
  /** Gives up at once. */
  readonly signal: AbortSignal;
}

export type Outcomes = ReadonlyMap<ProbeItem, ItemOutcome>;

/**
 * Asks every group in a child of its own, all at once, and answers within the limit whatever hangs. A child that is
 * stuck is left alone: it keeps its lock, so no other is started beside it, and ends when its mount answers again.
 */
export async function superviseProbes(groups: readonly ProbeGroup[], supervision: Supervision): Promise<Outcomes> {
  const timer = new AbortController();
  const deadline = pause(supervision.limitMs, undefined, { signal: timer.signal }).catch(whenAborted);
  const interrupted = aborted(supervision.signal, timer.signal);
  const round = {
    ...supervision,
    givenUp: Promise.race([deadline, interrupted]),
    until: supervision.clock.elapsed() + supervision.limitMs,
  };
  try {
    const outcomes = await Promise.all(groups.map((group) => askGroup(group, round)));
    return new Map(outcomes.flatMap((outcome) => [...outcome]));
  } finally {
    timer.abort();
  }
}

interface Round extends Supervision {
  readonly givenUp: Promise<unknown>;
  /** On the monotonic clock. */
  readonly until: number;
}

function whenAborted(error: unknown): void {
  if (!(error instanceof Error && error.name === "AbortError")) throw error;
}

function aborted(signal: AbortSignal, done: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener("abort", () => resolve(), { signal: done });
  return promise;
}

async function askGroup(group: ProbeGroup, round: Round): Promise<Outcomes> {
  const lock = await takeLock(group.lock, round);
  if (lock.held) return ask(group.items, round, { fd: lock.fd, startedMs: lock.sinceMs });
  const servers = group.items.filter((item) => item.kind === "server");
  const answered =
    servers.length === 0 ? new Map() : await ask(servers, round, { fd: undefined, startedMs: round.clock.now() });
  const hung: ItemOutcome = { state: "hung", sinceMs: lock.sinceMs };
  return new Map(group.items.map((item) => [item, answered.get(item) ?? hung]));
}

const lockPollMs = 50;
const lockPollsAtLeast = 5;

/** Waits for a probe that is just at work, but not for one that is stuck. */
async function takeLock(name: string, round: Round) {
  for (let poll = 1; ; poll++) {
    const nowMs = round.clock.now();
    const lock = tryProbeLock(round.locks, name, nowMs);
    if (lock.held) return lock;
    // At first a new holder may not have said yet since when it holds the lock.
    const isStuck = poll > lockPollsAtLeast && Math.abs(nowMs - lock.sinceMs) > round.limitMs;
    const isLate = round.clock.elapsed() + 2 * lockPollMs > round.until;
    if (isStuck || isLate || round.signal.aborted) return lock;
    await pause(lockPollMs);
  }
}

interface Start {
  /** The lock that the child inherits; ours is closed. */
  readonly fd: number | undefined;
  readonly startedMs: number;
}

async function ask(items: readonly ProbeItem[], round: Round, start: Start): Promise<Outcomes> {
  const answers = new Map<ProbeItem, ProbeAnswer>();
  const onLine = (line: string) => {
    const { item, answer } = JSON.parse(line) as ProbeLine;
    const asked = items[item];
    if (asked !== undefined) answers.set(asked, answer);
  };
  const inherit = start.fd === undefined ? {} : { inherit: start.fd };
  const child = startDetached(round.entry, [JSON.stringify(items)], { onLine, ...inherit });
  if (start.fd !== undefined) closeFd(start.fd);
  const end = await Promise.race([child.ended, round.givenUp.then(() => undefined)]);
  child.abandon();
  return new Map(items.map((item) => [item, outcomeOf(item, answers, { end, startedMs: start.startedMs })]));
}

interface Ending {
  /** Absent when the child has not ended in time. */
  readonly end: DetachedEnd | undefined;
  readonly startedMs: number;
}

function outcomeOf(item: ProbeItem, answers: ReadonlyMap<ProbeItem, ProbeAnswer>, ending: Ending): ItemOutcome {
  const answer = answers.get(item);
  if (answer !== undefined) return { state: "answered", answer };
  if (ending.end === undefined) return { state: "hung", sinceMs: ending.startedMs };
  if (item.kind !== "server" && item.kind !== "volume-group" && serverIsDown(item.tier, answers))
    return { state: "server-down" };
  return { state: "failed", message: ending.end.stderr.split("\n")[0] || `it ended with ${ending.end.exitCode}` };
}

function serverIsDown(tier: string, answers: ReadonlyMap<ProbeItem, ProbeAnswer>): boolean {
  return [...answers].some(
    ([item, answer]) =>
      item.kind === "server" && item.tier === tier && answer.kind === "server" && answer.error !== undefined,
  );
}
