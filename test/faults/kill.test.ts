import { test } from "node:test";
import { killAtEach } from "../support/kill-bench.ts";
import { needsRoot } from "../support/loop-mount.ts";
import { placeOf } from "../support/points.ts";
import { runsAll, seeded } from "../support/seeded.ts";

// A run's process dies by strace at a system call. Every place of each call with TIERKEEP_FULL=1, else one each.
const dice = seeded();
const skip = needsRoot;
const seedNote = `seed ${dice.seed}: TIERKEEP_SEED=${dice.seed} repeats the choices`;

const ofCopying = ["openat2", "pwrite64", "ftruncate", "fallocate", "fchownat", "fchmod", "utimensat", "fsetxattr"];
const ofPublishing = ["mkdirat", "linkat", "renameat2", "unlinkat", "write", "syncfs", "fsync", "close"];

test("M1, M8, M30: a job that dies at any of its calls has lost nothing, and the next run finishes it", {
  skip,
}, async (t) => {
  t.diagnostic(seedNote);
  await killAtEach(t, { calls: [...ofCopying, ...ofPublishing], dice });
});

test("M1: the catalog's own writes and syncs", { skip }, async (t) => {
  t.diagnostic(seedNote);
  const within = ({ text }: { text: string }) => placeOf(text) === "catalog";
  await killAtEach(t, { calls: ["pwrite64", "fsync"], within, dice });
});

test("M1: the command line dies above its job", { skip }, async (t) => {
  t.diagnostic(seedNote);
  await killAtEach(t, { where: "main", calls: ["pwrite64", "fsync"], dice });
});

test("M1, M30: publishing by link and unlink, as on NFS", { skip }, async (t) => {
  t.diagnostic(seedNote);
  await killAtEach(t, { bindfs: true, calls: ["linkat", "unlinkat", "fsync"], dice });
});

test("M1: a tier beside its source is synced file by file", { skip }, async (t) => {
  t.diagnostic(seedNote);
  const within = ({ text }: { text: string }) => placeOf(text) !== "catalog";
  await killAtEach(t, { besideSource: true, calls: ["fsync"], within, dice });
});

test("M1: between the batches of a run", { skip }, async (t) => {
  t.diagnostic(seedNote);
  const calls = ["renameat2", "pwrite64", "unlinkat"];
  await killAtEach(t, { tiny: 1_100, calls: runsAll ? calls : [dice.pick(calls)], dice });
});

test("M1, M31: sets go whole whenever a run dies", { skip }, async (t) => {
  t.diagnostic(seedNote);
  const ofSets = [
    "symlinkat",
    "fchownat",
    "fchmod",
    "utimensat",
    "mkdirat",
    "renameat2",
    "unlinkat",
    "write",
    "syncfs",
  ];
  const calls = runsAll ? [...ofCopying, ...ofPublishing, "symlinkat"] : dice.sample(ofSets, 0.5);
  await killAtEach(t, { sets: true, calls, dice });
});

test("M1, M31: sets on a tier beside their source, and on one that publishes without promises", { skip }, async (t) => {
  t.diagnostic(seedNote);
  const calls = ["fsync", "renameat2", "unlinkat"];
  await killAtEach(t, { sets: true, besideSource: true, calls: runsAll ? calls : [dice.pick(calls)], dice });
  const byPlainRename = ["linkat", "renameat", "unlinkat", "mkdirat"];
  await killAtEach(t, { sets: true, bindfs: true, calls: runsAll ? byPlainRename : [dice.pick(byPlainRename)], dice });
});
