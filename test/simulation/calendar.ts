import type { Roll } from "./dice.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** When the nightly run comes, by the clock on the wall. */
const nightly = { hour: 3, minute: 15 };

export interface Night {
  readonly nowMs: number;
  readonly zone: string;
  /** `change`: within two hours of a change between summer and winter time. */
  readonly occasion: "usual" | "change" | "leap-day";
}

export interface Calendar {
  /** The night on which the run comes next: some days later, none of the special ones left out. */
  readonly next: (zone: string) => Night;
}

/** Nights from a moment on, in a zone that may be another one each time, as when a machine moves. */
export function openCalendar(fromMs: number, roll: Roll): Calendar {
  let nowMs = fromMs;
  let ahead: Night[] = [];
  return {
    next: (zone) => {
      if (ahead.length === 0) ahead = [...nightsFrom(nowMs, { zone, days: 1 + roll(8) })];
      const night = ahead.shift();
      if (night === undefined) throw new Error("a calendar without a next night");
      nowMs = night.nowMs;
      return night;
    },
  };
}

function* nightsFrom(nowMs: number, { zone, days }: { zone: string; days: number }): Generator<Night> {
  const usualMs = nightOn(nowMs + days * dayMs, zone);
  const changeMs = changeBetween(nowMs + 2 * hourMs, usualMs, zone);
  if (changeMs !== undefined) {
    for (const minutes of [-30, 30, 90]) yield { nowMs: changeMs + minutes * minuteMs, zone, occasion: "change" };
    return;
  }
  const leapMs = leapNightBetween(nowMs, usualMs, zone);
  yield leapMs === undefined
    ? { nowMs: usualMs, zone, occasion: "usual" }
    : { nowMs: leapMs, zone, occasion: "leap-day" };
}

/** Minutes since local midnight by the zone's own table, which does not ask what this process thinks its zone is. */
export function minutesOfDay(ms: number, zone: string): number {
  const local = new Date(ms + offsetMs(ms, zone));
  return local.getUTCHours() * 60 + local.getUTCMinutes();
}

function nightOn(ms: number, zone: string): number {
  const local = new Date(ms + offsetMs(ms, zone));
  const wallMs = local.setUTCHours(nightly.hour, nightly.minute, 0, 0);
  return wallMs - offsetMs(wallMs - offsetMs(wallMs, zone), zone);
}

/** The moment at which the zone's offset becomes another one; such moments are full hours. */
function changeBetween(fromMs: number, toMs: number, zone: string): number | undefined {
  for (let ms = Math.ceil(fromMs / hourMs) * hourMs; ms <= toMs; ms += hourMs)
    if (offsetMs(ms - hourMs, zone) !== offsetMs(ms, zone)) return ms;
  return undefined;
}

function leapNightBetween(fromMs: number, toMs: number, zone: string): number | undefined {
  const ms = nightOn(Date.UTC(new Date(fromMs).getUTCFullYear(), 1, 28, 12) + dayMs, zone);
  return new Date(ms).getUTCDate() === 29 && fromMs < ms && ms < toMs ? ms : undefined;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function offsetMs(ms: number, zone: string): number {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  formats.set(zone, format);
  const name = format.formatToParts(ms).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours = "0", minutes = "0"] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(name) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * hourMs + Number(minutes) * minuteMs);
}
