import { ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import { test } from "node:test";
import { needsRoot } from "../support/loop-mount.ts";
import { scratch } from "../support/scratch.ts";
import { runsAll } from "../support/seeded.ts";
import { openCalendar } from "./calendar.ts";
import { openDice } from "./dice.ts";
import { liveThrough } from "./live-through.ts";
import { chooseMishaps, type Mishap, quiet } from "./mishaps.ts";
import { openServer } from "./server.ts";

// Years of nights on a manual clock, with all that happens to a server; every morning the invariants hold.
const dice = openDice();
const nights = runsAll ? 1_000 : 100;
const nightsInAZone = 50;
const zones = ["Europe/Berlin", "America/New_York"] as const;
/** So that a hundred nights see the changes of a year's clock and a leap day, and a thousand the end of 32-bit times. */
const fromMs = Date.UTC(2035, 9, 24);

const mustCome = [
  ...["ok", "clock", "NOT_APPROVED", "not_between", "change", "leap-day", "killed", "edited", "renamed", "rebooted"],
  ...["warm unmounted", "warm swapped", "cold unmounted", "cold swapped", "cold full"],
];

test("years of nights: no byte is lost, nothing is left over", { skip: needsRoot, timeout: 7_200_000 }, async (t) => {
  t.diagnostic(`seed ${dice.seed}: TIERKEEP_SEED=${dice.seed} repeats it`);
  using dir = scratch("decade", existsSync("/dev/shm") ? "/dev/shm" : undefined);
  await using server = await openServer({ root: dir.path, fromMs, roll: dice.roll });
  const calendar = openCalendar(fromMs, dice.roll);
  const seen = new Map<string, number>();
  let coming: readonly Mishap[] = [];
  for (let number = 1; number <= nights; number += 1) {
    const night = calendar.next(zones[Math.floor(number / nightsInAZone) % zones.length] ?? zones[0]);
    const isFree = night.occasion === "usual" && !server.settings.isToApprove;
    if (isFree && coming.length === 0) coming = chooseMishaps(dice.roll);
    const mishap = isFree ? (coming[0] ?? quiet) : quiet;
    if (isFree) coming = coming.slice(1);
    const words = await liveThrough(server, { number, night, mishap });
    for (const word of words) seen.set(word, (seen.get(word) ?? 0) + 1);
  }
  t.diagnostic(JSON.stringify(Object.fromEntries([...seen].sort())));
  t.diagnostic(JSON.stringify(Object.fromEntries(server.docker.removed)));
  if (!dice.isUsual) return;
  for (const word of mustCome) ok(seen.has(word), `${word} never came`);
  for (const kind of ["container", "image", "build-cache"]) ok(server.docker.removed.has(kind), `no ${kind} went`);
});
