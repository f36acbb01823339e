import { execFileSync } from "node:child_process";
import { mkdirSync, renameSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { adoptedTier } from "../support/adopted-tier.ts";
import type { Roll } from "./dice.ts";
import { coldMiB, type Server } from "./server.ts";

const dayMs = 86_400_000;

/** What befalls a server in a night. */
export interface Mishap {
  readonly name: string;
  readonly begin?: (server: Server) => void;
  /** In the morning somebody puts it right. */
  readonly end?: (server: Server) => void;
  /** What jobs must say, by name; of all others it is `ok`. */
  readonly told?: (server: Server) => Readonly<Record<string, RegExp>>;
  /** What health must find meanwhile. */
  readonly finding?: { readonly tier: "warm" | "cold"; readonly id: RegExp };
  /** Where nothing at all may change meanwhile. */
  readonly untouched?: (server: Server) => string;
  readonly clockStepMs?: number;
  /** A run before this one is killed at its n-th state. */
  readonly killedAt?: number;
}

export const quiet: Mishap = { name: "quiet" };

/** About every second night something happens; what takes several nights comes as a list. */
export function chooseMishaps(roll: Roll): readonly Mishap[] {
  const choice = roll(22);
  if (choice < 4) return [{ name: "killed", killedAt: 1 + roll(14) }];
  if (choice === 4) return [rebooted];
  if (choice === 5) return [clockSet(400 * dayMs)];
  if (choice === 6) return [clockSet(-40 * dayMs)];
  if (choice === 7) return [quietlyAdjusted];
  if (choice === 8) return [warmUnmounted];
  if (choice === 9) return [warmSwapped];
  if (choice === 10) return [coldUnmounted];
  if (choice === 11) return [coldSwapped];
  if (choice === 12) return Array.from({ length: 1 + roll(4) }, () => coldFull);
  if (choice === 13) return [edited(roll)];
  if (choice === 14) return [renamed];
  return [quiet];
}

/** By so much the clock is off for one night; nothing that ages is to be trusted then (HAZARDS D12). */
function clockSet(clockStepMs: number): Mishap {
  return { name: `clock ${clockStepMs < 0 ? "back" : "forward"}`, clockStepMs, told: clockRefused };
}

function clockRefused({ settings }: Server) {
  return Object.fromEntries([settings.logs, "backups", "scratch", "docker"].map((job) => [job, /^clock$/]));
}

/** Where no run has looked at the clock for over a week, nobody knows what it went through: a person has to vouch for it. */
const rebooted: Mishap = {
  name: "rebooted",
  begin: (server) => {
    Object.assign(server.clock, { bootId: `${server.clock.bootId}+`, bootMs: 3_600_000 });
    server.settings.isToApprove = isLongUnseen(server);
  },
  told: (server) => (isLongUnseen(server) ? clockRefused(server) : {}),
};

function isLongUnseen({ clock }: Server): boolean {
  return clock.nowMs - clock.trustedMs > 7 * dayMs;
}

/** As a time server does it. */
const quietlyAdjusted: Mishap = { name: "clock adjusted", clockStepMs: 60_000 };

const logsUnavailable = ({ settings }: Server) => ({ [settings.logs]: /^TIER_/ });

/** The empty directory below the mount shows. */
const warmUnmounted: Mishap = {
  name: "warm unmounted",
  begin: ({ warm }) => {
    renameSync(warm, `${warm}-away`);
    mkdirSync(warm);
  },
  end: ({ warm }) => putBack(warm),
  told: logsUnavailable,
  finding: { tier: "warm", id: /^(tier-identity|tier-not-mounted|not-adopted)$/ },
  untouched: ({ warm }) => warm,
};

/** Another disk is where this one belongs: a tier, and somebody else's. */
const warmSwapped: Mishap = {
  ...warmUnmounted,
  name: "warm swapped",
  begin: ({ warm }) => {
    renameSync(warm, `${warm}-away`);
    mkdirSync(warm);
    fillStranger("warm", warm);
  },
  finding: { tier: "warm", id: /^tier-identity$/ },
};

function putBack(path: string): void {
  rmSync(path, { recursive: true });
  renameSync(`${path}-away`, path);
}

function fillStranger(name: string, path: string): void {
  adoptedTier(name, path, { directory: true });
  writeFileSync(`${path}/somebody's`, "only copy\n");
}

const coldUnmounted: Mishap = {
  name: "cold unmounted",
  begin: ({ cold }) => mount("-t", "tmpfs", "tierkeep-test", cold),
  end: ({ cold }) => execFileSync("umount", [cold]),
  told: () => ({ backups: /^TIER_/ }),
  finding: { tier: "cold", id: /^(tier-identity|tier-not-mounted|not-adopted)$/ },
  untouched: ({ cold }) => cold,
};

const coldSwapped: Mishap = {
  ...coldUnmounted,
  name: "cold swapped",
  begin: ({ cold }) => {
    mount("-t", "tmpfs", "tierkeep-test", cold);
    fillStranger("cold", cold);
  },
  finding: { tier: "cold", id: /^tier-identity$/ },
};

/** There is room for hardly a set besides the tier's reserve. */
const coldFull: Mishap = {
  name: "cold full",
  begin: ({ cold }) => {
    const { bsize, blocks, bfree } = statfsSync(cold);
    const usedKiB = ((blocks - bfree) * bsize) / 1024;
    mount("-o", `remount,size=${Math.ceil(usedKiB / 0.94) + 24}k`, cold);
  },
  end: ({ cold }) => mount("-o", `remount,size=${coldMiB}m`, cold),
  told: () => ({ backups: /^(ok|partial)$/ }),
  finding: { tier: "cold", id: /^filesystem-full$/ },
};

function mount(...args: readonly string[]): void {
  execFileSync("mount", args, { stdio: "pipe" });
}

/** An edit that nobody approves until the next morning. */
function edited(roll: Roll): Mishap {
  const isOfLogs = roll(2) === 0;
  const change = roll(2) === 0;
  return {
    name: "edited",
    begin: ({ settings }) => {
      settings.isToApprove = true;
      if (isOfLogs) settings.logDays = settings.logDays === 7 ? 9 : 7;
      else if (change) settings.scratchDays = settings.scratchDays === 3 ? 5 : 3;
      else settings.hasQuarantine = !settings.hasQuarantine;
    },
    told: ({ settings }) => ({ [isOfLogs ? settings.logs : "scratch"]: /^NOT_APPROVED$/ }),
  };
}

/** A job has another name from now on, and says what it was called: that is no edit. */
const renamed: Mishap = {
  name: "renamed",
  begin: ({ settings }) => {
    settings.formerly = [...settings.formerly, settings.logs];
    settings.logs = `logs-${settings.formerly.length}`;
  },
};
