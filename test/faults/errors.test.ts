import { doesNotMatch, equal, match, notEqual, ok } from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { RunReport } from "../../src/reports/run.ts";
import { needsRoot } from "../support/loop-mount.ts";
import { meet } from "../support/meet.ts";
import { concernsScene, type Point, placeOf, pointsOf } from "../support/points.ts";
import { makeScene, type Scene, type SceneOptions } from "../support/scene.ts";
import { checkAllMoved, checkNothingLost, checkRestores, checkSettled, reportOf } from "../support/scene-checks.ts";
import { fingerprint } from "../support/scene-facts.ts";
import { runsAll, seeded } from "../support/seeded.ts";
import type { Traced, TracedCall } from "../support/strace.ts";

// A system call of a run fails, by strace. All cases with TIERKEEP_FULL=1, else a seeded tenth of them.
const dice = seeded();
const errors = ["EIO", "ENOSPC", "EDQUOT", "EACCES", "EROFS", "ESTALE"];
const ofFacts = ["fchownat", "fchmod", "utimensat", "fsetxattr"];
const ofCopying = ["openat2", "pread64", "pwrite64", "ftruncate", "fallocate", ...ofFacts];
const ofPublishing = ["mkdirat", "linkat", "renameat2", "unlinkat", "write", "syncfs", "fsync", "close"];
const calls = [...ofCopying, ...ofPublishing];

/** Errors that a run may pass over, with the reason; each other one must be told. */
const harmless: readonly {
  readonly calls: RegExp;
  readonly errors: RegExp;
  readonly place: RegExp;
  readonly why: string;
}[] = [
  {
    calls: /^(fchownat|fchmod|utimensat|fsetxattr)$/,
    errors: /^(EACCES|ENOSPC)$/,
    place: /^staging$/,
    why: "what the tier will not hold is in the manifest, and comes back with a restore",
  },
  {
    calls: /^(fchownat|fchmod|utimensat|fsetxattr|linkat|openat2)$/,
    errors: /^EACCES$/,
    place: /^probe$/,
    why: "the probe asks what the tier can do, and this is how it says no",
  },
  {
    calls: /^fsync$/,
    errors: /./,
    place: /^state$/,
    why: "SQLite does not mind when the directory of its log cannot be synced; a lost log is an older catalog",
  },
  {
    calls: /./,
    errors: /./,
    place: /^scan index$/,
    why: "it can be thrown away at any time; without it every directory is read",
  },
  {
    calls: /./,
    errors: /./,
    place: /^reserve$/,
    why: "it is room for a night on which the disk is full; a run that needs none goes on without it",
  },
  {
    calls: /^close$/,
    errors: /./,
    place: /^catalog$/,
    why: "SQLite has synced it before, and does not ask what closing it says",
  },
  {
    calls: /^close$/,
    errors: /./,
    place: /^(mount|source|aside|lock|state|staging folder)$/,
    why: "it is a folder, was opened for reading, or holds nothing but a lock: nothing can be lost any more",
  },
];

/** Calls that come everywhere are looked at once in each part of the scene. */
function fewer(points: readonly Point[]): readonly Point[] {
  if (!/^(close|openat2|mkdirat)$/.test(points[0]?.call ?? "")) return points;
  const byPart = Map.groupBy(points, ({ text }) => placeOf(text));
  return [...byPart.values()].flatMap((part) => part[Math.floor(part.length / 2)] ?? []);
}

interface Bench {
  readonly scene: Scene;
  readonly before: ReadonlyMap<string, string>;
}

interface Case extends Point {
  readonly error: string;
}

test("M11, M27: a call that fails loses nothing, and the report says which it was", { skip: needsRoot }, async (t) => {
  await failAtEach(t, {}, { calls, share: 0.1 });
});

test("M11, M27, M31: the same with sets", { skip: needsRoot }, async (t) => {
  await failAtEach(t, { sets: true }, { calls: [...calls, "symlinkat"], share: 0.01 });
});

async function failAtEach(
  t: TestContext,
  options: SceneOptions,
  { calls, share }: { readonly calls: readonly string[]; readonly share: number },
): Promise<void> {
  t.diagnostic(`seed ${dice.seed}: TIERKEEP_SEED=${dice.seed} repeats the choices`);
  await using scene = await makeScene(options);
  const before = fingerprint(scene.source);
  const unharmed = await scene.traced("job", { calls }, ["run", "--json"]);
  equal(unharmed.exitCode, 0, unharmed.stderr);
  const met = ({ call, occurrence }: Point) =>
    unharmed.calls.filter((each) => each.call === call && each.occurrence === occurrence);
  const all = calls
    .flatMap((call) => fewer(pointsOf(unharmed.calls, call)))
    // An error that Node's own files meet ends Node itself.
    .filter((point) => met(point).every((each) => concernsScene(each.text)))
    .flatMap((point) => errors.map((error) => ({ ...point, error })));
  t.diagnostic(`${all.length} cases`);
  // A catalog that could not be read once left a thread behind, for which the job waited for ever.
  const read = all.filter(
    ({ call, error, text }) => call === "pread64" && error === "EIO" && placeOf(text) === "catalog",
  );
  for (const each of runsAll ? all : new Set([...dice.sample(all, share), ...read])) {
    const name = `${each.error} from ${each.call} #${each.occurrence}, ${placeOf(each.text)}`;
    await t.test(name, (one) => failAt(one, { scene, before }, each));
  }
}

test("C3, C8: where the disk under state_dir is full for an instant, the reserve is room enough", {
  skip: needsRoot,
}, async (t) => {
  await using scene = await makeScene({ tiny: 10 });
  // Not `write`: Node wakes its threads by it, and sleeps for ever where that fails.
  const written = ["pwrite64", "fsync", "rename", "fchmod"];
  const unharmed = await scene.traced("main", { calls: written }, ["run", "--json"]);
  const all = written.flatMap((call) => pointsOf(unharmed.calls, call).map((point) => ({ ...point, error: "ENOSPC" })));
  for (const each of runsAll ? all : dice.sample(all, 0.4)) {
    await t.test(`${each.error} from ${each.call} #${each.occurrence}, ${placeOf(each.text)}`, () =>
      failAbove(scene, each),
    );
  }
});

async function failAbove(scene: Scene, { error, ...point }: Case): Promise<void> {
  const failed = await meet(scene, "main", { ...point, deed: { error } });
  const { text = "" } = failed.hits[0] ?? {};
  // A disk that is full lets go of the reserve, and the write is done once more (HAZARDS C8). SQLite does not tell what a
  // sync failed of, so that run ends, and says where to look.
  const isSync = point.call === "fsync" && placeOf(text) === "catalog" && failed.exitCode !== 0;
  equal(failed.exitCode, isSync ? 12 : 0, `${text}: ${failed.stderr}`);
  const isBegun = checkNothingLost(scene).some(({ stored }) => stored.length > 0);
  const told = failed.stdout === "" ? failed.stderr : failed.stdout;
  if (isBegun) reportOf<RunReport>(failed);
  if (isSync) match(told, /STATE_DIR/);
  else doesNotMatch(told, /STATE_DIR|EXTERNAL/);
  const repair = await scene.tierkeep("run", "--json");
  equal(repair.exitCode, 0, `the repair after ${text}: ${repair.stdout}${repair.stderr}`);
  checkAllMoved(scene);
}

async function failAt(t: TestContext, { scene, before }: Bench, { error, ...point }: Case): Promise<void> {
  const failed = await meet(scene, "job", { ...point, deed: { error } });
  if (!failed.hits.every((hit) => concernsScene(hit.text))) {
    t.diagnostic(`met ${failed.hits.map((hit) => hit.text).join(" and ")}, which is not ours: nothing to judge`);
    return;
  }
  notEqual(failed.exitCode, 1, `a bug: ${failed.stderr}`);
  ok(!/^\s+at .*:\d+:\d+/m.test(failed.stderr), `a stack: ${failed.stderr}`);
  checkNothingLost(scene);
  if (!failed.hits.every((hit) => isHarmless(hit, error))) {
    checkTold(reportOf<RunReport>(failed), failed, error);
  }
  const repair = await scene.tierkeep("run", "--json");
  equal(repair.exitCode, 0, `the repair after ${failed.hits[0]?.text}: ${repair.stdout}${repair.stderr}`);
  checkAllMoved(scene);
  await checkSettled(scene);
  if (ofFacts.includes(point.call)) await checkRestores(scene, before);
}

function isHarmless({ call, text }: TracedCall, error: string): boolean {
  return harmless.some((each) => each.calls.test(call) && each.errors.test(error) && each.place.test(placeOf(text)));
}

/**
 * Some error of the report names what it failed with, and the call or its path; of the catalog, SQLite tells neither.
 * A warning will do only for what a lost machine is brought back from: the files are moved all the same.
 */
function checkTold(report: RunReport, { hits, exitCode }: Traced, error: string): void {
  const warned = report.jobs.flatMap((job) => job.warnings.map((message) => ({ code: "WARNING", message })));
  const told = exitCode === 0 ? warned : report.jobs.flatMap((job) => job.errors);
  const isNamed = told.some(({ code, message }) => hits.some((hit) => isTold(hit, error, { code, message })));
  const met = hits.map((hit) => hit.text).join(" and ");
  ok(isNamed, `${error} from ${met} is not in ${JSON.stringify(told)}, exit ${exitCode}`);
}

function isTold(hit: TracedCall, error: string, { code, message }: { code: string; message: string }): boolean {
  if (message.includes(error))
    return message.includes(hit.call) || code.startsWith("TIER_") || tierPathIn(hit, message);
  return isOfCatalog(hit) && (/^(ERR_SQLITE_ERROR|STATE_DIR|TEMP_FILE)$/.test(code) || message.includes("catalog"));
}

/** `/mnt/warm answers EIO` is told for a whole tier that cannot be opened. */
function tierPathIn({ text }: TracedCall, message: string): boolean {
  const [path = ""] = /(?<=[<"])\/[^">]*?(?=\/\.tierkeep|\/log|[">])/.exec(text) ?? [];
  return path !== "" && message.includes(path);
}

/** Its temporary files, too, which lie in /var/tmp. */
function isOfCatalog({ text }: TracedCall): boolean {
  return /catalog\.(db|copy)|etilqs|\/state[>"]/.test(text);
}
