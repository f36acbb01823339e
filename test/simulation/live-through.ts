import { deepEqual } from "node:assert/strict";
import type { Finding } from "../../src/reports/health.ts";
import { minutesOfDay, type Night } from "./calendar.ts";
import { lookBelow } from "./files.ts";
import { brokenIn } from "./invariants.ts";
import { doKilledNight } from "./killed-night.ts";
import type { Mishap } from "./mishaps.ts";
import { lookAtSources, lookAtTiers, type Morning } from "./morning.ts";
import { doNight, type NightSpec, planNight } from "./night.ts";
import { askCatalog, askHealth } from "./questions.ts";
import { liveUntil, putOff, readConfig, type Server, specOf } from "./server.ts";

const nightsBetweenQuestions = 20;

export interface ThatNight {
  readonly number: number;
  readonly night: Night;
  readonly mishap: Mishap;
}

/**
 * The days until a night, its run, and whatever befalls the server; in the morning every invariant holds, or this throws.
 * Returns the words for what happened.
 */
export async function liveThrough(server: Server, that: ThatNight): Promise<readonly string[]> {
  const { number, night, mishap } = that;
  // The run asks this process what time it is on the wall.
  process.env.TZ = night.zone;
  liveUntil(server, night);
  const approves = server.settings.isToApprove;
  server.settings.isToApprove = false;
  mishap.begin?.(server);
  const when = `night ${number}, ${new Date(night.nowMs).toISOString()} in ${night.zone}, ${mishap.name}`;
  const { clockStepMs = 0 } = mishap;
  if (mishap.killedAt !== undefined) {
    const spec = { ...specOf(server, { run: number * 2, clockStepMs }), killedAt: mishap.killedAt };
    const morning = await killedMorning(server, that, spec);
    deepEqual(brokenIn(morning), {}, `${when}, right after the kill`);
  }
  const spec = { ...specOf(server, { run: number * 2 + 1, clockStepMs }), approves };
  const morning = await usualMorning(server, that, spec);
  deepEqual(brokenIn(morning), {}, `${when}, ${JSON.stringify(morning.told)}`);
  if (!Object.values(morning.told).includes("clock")) server.clock.trustedMs = night.nowMs;
  if (number % nightsBetweenQuestions === 0)
    deepEqual(await askCatalog(readConfig(server), night.nowMs), [], `${when}: catalog check`);
  return [night.occasion, mishap.name, ...Object.values(morning.told)];
}

async function killedMorning(server: Server, { mishap }: ThatNight, spec: NightSpec): Promise<Morning> {
  const before = lookAtSources(server);
  await doKilledNight(spec);
  const after = lookAtSources(server);
  return {
    ...{ server, mishap, spec, before, after, isKilled: true, isPutOff: false, told: {}, plannedAgain: {} },
    ...{ stored: lookAtTiers(server, spec), findings: undefined, untouched: undefined },
  };
}

async function usualMorning(server: Server, { number, night, mishap }: ThatNight, spec: NightSpec): Promise<Morning> {
  const minutes = minutesOfDay(spec.nowMs, night.zone);
  const isPutOff = putOff.fromMinute <= minutes && minutes < putOff.toMinute;
  const before = lookAtSources(server);
  const stranger = mishap.untouched?.(server);
  const strangerBefore = stranger === undefined ? undefined : lookBelow(stranger);
  const told = await doNight(spec);
  const isAsked = mishap.finding !== undefined || number % nightsBetweenQuestions === 0;
  const findings: readonly Finding[] | undefined = isAsked
    ? await askHealth(readConfig(server), night.nowMs)
    : undefined;
  const after = lookAtSources(server);
  const isThere = mishap.untouched === undefined && !isPutOff && !Object.values(told).includes("NOT_APPROVED");
  const plannedAgain = isThere ? await planNight(spec) : {};
  const untouched: Morning["untouched"] =
    stranger === undefined || strangerBefore === undefined ? undefined : [strangerBefore, lookBelow(stranger)];
  mishap.end?.(server);
  return {
    ...{ server, mishap, spec, before, after, isKilled: false, isPutOff, told, plannedAgain },
    ...{ stored: lookAtTiers(server, spec), findings, untouched },
  };
}
