import { deepEqual, equal, notEqual } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { guardedProgram, openGuarded } from "../host/guards/program.ts";
import { needsRoot } from "../support/loop-mount.ts";
import { scratch } from "../support/scratch.ts";
import { runsAll, seeded } from "../support/seeded.ts";

// A clean with all its threads dies by strace at one of its removals.
const dice = seeded();
const directories = 40;
const oldEach = 30;
/** strace counts in each thread by itself, of which a third or so of all is sure to come in one. */
const occurrences = [1, 2, 3, 17, 50, 101, 150, 251, 350];

for (const [what, call, quarantine] of [
  ["removals", "unlinkat", ""],
  ["removals into a quarantine", "renameat2", 'quarantine = "24h"\n'],
] as const) {
  for (const occurrence of runsAll ? occurrences : [1, dice.pick(occurrences)]) {
    test(`D1, D4: clean that dies at one of its ${what} (#${occurrence}) took nothing else, and the next run goes on`, {
      skip: needsRoot,
    }, async (t) => {
      t.diagnostic(`seed ${dice.seed}: TIERKEEP_SEED=${dice.seed} repeats the choices`);
      using dir = scratch("clean-kill");
      const root = `${dir.path}/scratch`;
      const { old, young } = fill(root, `${dir.path}/precious`);
      const rest = `[[clean]]\nname = "scratch"\npath = "${root}"\nolder_than = "3d"\nage_by = ["mtime"]\nmax_delete = { share = "100%" }\n${quarantine}`;
      const program = await openGuarded({ directory: dir.path, tiers: {}, rest });
      const inject = ["-e", `trace=${call}`, "-e", `inject=${call}:signal=KILL:when=${occurrence}`];
      const dying = guardedProgram(program.file, ["strace", "-f", "-qq", "-o", "/dev/null", ...inject]);
      notEqual((await dying.call("run", "--json")).exitCode, 0, "it died");
      const stays = contentBelow(root);
      deepEqual(
        young.filter((text) => !stays.includes(text)),
        [],
      );
      if (quarantine !== "") deepEqual(stays.toSorted(), [...old, ...young].toSorted());
      equal((await program.run()).exitCode, 0);
      const left = contentBelow(root);
      deepEqual(left.toSorted(), (quarantine === "" ? young : [...old, ...young]).toSorted());
      deepEqual(
        filesBelow(root).filter((path) => path.includes("/old") && !path.includes("quarantine")),
        [],
      );
      equal(readFileSync(`${dir.path}/precious/file`, "utf8"), "precious");
    });
  }
}

/** What each file holds is its own name. */
function fill(root: string, precious: string): { readonly old: readonly string[]; readonly young: readonly string[] } {
  const [old, young]: [string[], string[]] = [[], []];
  mkdirSync(precious);
  writeFileSync(`${precious}/file`, "precious");
  for (let directory = 0; directory < directories; directory++) {
    mkdirSync(`${root}/${directory}`, { recursive: true });
    for (let file = 0; file < oldEach; file++) {
      const path = `${root}/${directory}/old-${file}`;
      writeFileSync(path, path);
      utimesSync(path, 1_700_000_000, 1_700_000_000);
      old.push(path);
    }
    writeFileSync(`${root}/${directory}/young`, `${root}/${directory}/young`);
    young.push(`${root}/${directory}/young`);
    symlinkSync(precious, `${root}/${directory}/link`);
  }
  return { old, young };
}

function contentBelow(root: string): string[] {
  return filesBelow(root).map((path) => readFileSync(path, "utf8"));
}

function filesBelow(root: string): string[] {
  return execFileSync("find", [root, "-type", "f"], { encoding: "utf8" }).trim().split("\n");
}
