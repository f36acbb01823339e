import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";

const directories = 12;
const files = 60;
const long = new Date("2020-01-01");

/** A scratch tree under attack, and the victim's tree outside of it that has the same names. */
export interface Attack extends AsyncDisposable {
  /** Makes what is missing in the tree again, while the attacker stands still, and lets it loose. */
  readonly refill: () => void;
  /** The victim's files that are gone or changed. */
  readonly victims: () => readonly string[];
}

export async function openAttack(root: string, victim: string): Promise<Attack> {
  mkdirSync(`${victim}/sub`, { recursive: true });
  for (const name of namesOf()) writeFileSync(`${victim}/${name}`, "the victim's");
  for (const name of namesOf()) utimesSync(`${victim}/${name}`, long, long);
  fill(root, victim);
  const attacker = spawn(process.execPath, [`${import.meta.dirname}/attacker.ts`, root, String(directories)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(attacker.stdout, "data");
  return {
    refill: () => {
      attacker.kill("SIGSTOP");
      while (!isStopped(attacker));
      fill(root, victim);
      attacker.kill("SIGCONT");
    },
    victims: () => {
      const there = new Set(readdirSync(victim, { recursive: true }).map(String));
      return namesOf().filter(
        (name) => !there.has(name) || readFileSync(`${victim}/${name}`, "utf8") !== "the victim's",
      );
    },
    [Symbol.asyncDispose]: async () => {
      attacker.kill("SIGKILL");
      await once(attacker, "exit");
    },
  };
}

/** For so long a tree is under attack. */
export const attackMs = process.env.TIERKEEP_FULL === "1" ? 60_000 : 20_000;

function namesOf(): readonly string[] {
  const names = Array.from({ length: files }, (_, index) => `f${index}`);
  return [...names, ...names.map((name) => `sub/${name}`)];
}

function fill(root: string, victim: string): void {
  for (let index = 0; index < directories; index++) {
    const [one, other] = [`${root}/d${index}`, `${root}/l${index}`];
    const real = isReal(other) ? other : one;
    const link = real === one ? other : one;
    mkdirSync(`${real}/sub`, { recursive: true });
    if (!isThere(link)) symlinkSync(victim, link);
    for (const name of namesOf().filter((each) => !isThere(`${real}/${each}`))) {
      writeFileSync(`${real}/${name}`, "scratch");
      utimesSync(`${real}/${name}`, long, long);
    }
    if (!isThere(`${real}/link`)) symlinkSync(`${victim}/f0`, `${real}/link`);
  }
}

function isReal(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isStopped({ pid }: ChildProcess): boolean {
  return / T /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
}
