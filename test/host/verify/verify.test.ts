import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import type { FoundPlacement } from "../../../src/reports/find.ts";
import type { HealthReport } from "../../../src/reports/health.ts";
import type { TierForgetReport } from "../../../src/reports/tier.ts";
import type { VerifyReport } from "../../../src/reports/verify.ts";
import { oldFile, type TwoTiers, twoTiers } from "../rebuild/two-tiers.ts";

test("what is stored is whole: everything is read back, and is not overdue", async () => {
  using scene = await movedScene();
  const placements = await scene.placements();
  const report = await verify(scene, 0);
  equal(report.status, "ok");
  const files = report.tiers.reduce((sum, tier) => sum + tier.files, 0);
  const bytes = report.tiers.reduce((sum, tier) => sum + tier.bytes, 0);
  deepEqual([files, bytes], [placements.length, placements.reduce((sum, { storedBytes }) => sum + storedBytes, 0)]);
  deepEqual([report.overdue.files, report.findings], [0, []]);
  for (const { verifiedAt, movedAt } of await scene.placements()) ok(verifiedAt > movedAt);
});

test("missing, damaged and replaced differ, exit with 13, and stay in health until they are mended", async () => {
  using scene = await movedScene();
  const damage = await damageOneOfEach(scene);
  const report = await verify(scene, 13);
  equal(report.status, "problems");
  deepEqual(
    new Map(report.findings.map(({ id, kind }) => [id, kind])),
    new Map(damage.map(({ id, kind }) => [id, kind])),
  );
  const kinds = ["stored-damaged", "stored-missing", "stored-replaced"];
  deepEqual(await storedFindings(scene), kinds);

  await scene.run();
  deepEqual(await storedFindings(scene), kinds, "a run changes nothing about it");
  rmSync(`${scene.stateDir}/run/status.json`);
  await scene.run();
  deepEqual(await storedFindings(scene), kinds, "nor does a boot");

  for (const { mend } of damage) mend();
  const mended = await verify(scene, 0, "warm");
  equal(mended.tiers[0]?.mended, damage.length);
  deepEqual(await storedFindings(scene), []);
});

test("a name that something else has is missing; what is gone for good is lost after a rebuild", async () => {
  using scene = await movedScene();
  const [first, second, third] = await plainOn(scene, "warm");
  const places = [first, second, third].map((placement) => pathOf(scene, placement));
  for (const path of places) rmSync(path);
  mkdirSync(places[0] ?? "");
  symlinkSync("/etc/passwd", places[1] ?? "");
  const { findings } = await verify(scene, 13, "warm");
  deepEqual(findings.map(({ kind, message }) => `${kind}: ${message}`).sort(), [
    "missing: a directory lies there",
    "missing: a symbolic link lies there",
    "missing: nothing lies there",
  ]);
  deepEqual(await storedFindings(scene), ["stored-missing"]);
  equal((await scene.rebuild()).exitCode, 0);
  const lost = (await scene.placements()).filter(({ state }) => state === "lost").map(({ id }) => id);
  deepEqual(lost.sort(), [first?.id, second?.id, third?.id].sort());
  deepEqual(await storedFindings(scene), []);
  equal((await verify(scene, 0)).status, "ok");
});

test("a sample takes the longest unread first, so that some of them read everything; a name and a time narrow it", async () => {
  using scene = await movedScene();
  const all = await scene.placements();
  const seen = new Set<string>();
  for (let round = 0; round < 40 && seen.size < all.length; round++) {
    const before = new Map((await scene.placements()).map((each) => [each.id, each.verifiedAt]));
    const report = await verify(scene, 0, "--sample", "30%");
    for (const { files, ofFiles, bytes, ofBytes } of report.tiers) deepEqual([files, bytes], [ofFiles, ofBytes]);
    for (const { id, verifiedAt } of await scene.placements()) if (verifiedAt !== before.get(id)) seen.add(id);
    if (round === 0) ok(seen.size < all.length, "a sample is not everything");
  }
  equal(seen.size, all.length);
  const cold = all.filter(({ tier }) => tier === "cold").length;
  deepEqual(
    (await verify(scene, 0, "cold")).tiers.map(({ tier, files }) => [tier, files]),
    [["cold", cold]],
  );
  const more = all.filter(({ job }) => job === "more").length;
  ok(more < cold);
  deepEqual(
    (await verify(scene, 0, "more")).tiers.map(({ tier, files }) => [tier, files]),
    [["cold", more]],
  );
  const later = await verify(scene, 0, "--since", "2099-01-01");
  deepEqual(
    later.tiers.map(({ files }) => files),
    [0, 0],
  );
  const today = await verify(scene, 0, "--since", new Date(Date.now() - 86_400_000).toISOString().slice(0, 10));
  equal(
    today.tiers.reduce((sum, { files }) => sum + files, 0),
    all.length,
  );
});

test("a tier that is away has no missing files, and the others are read all the same", async () => {
  using scene = await movedScene();
  renameSync(`${scene.directory}/cold`, `${scene.directory}/away`);
  const partial = await verify(scene, 3);
  deepEqual(
    partial.tiers.map(({ tier, error }) => [tier, error === null]),
    [
      ["warm", true],
      ["cold", false],
    ],
  );
  const away = await verify(scene, 10, "cold");
  equal(away.findings.length, 0);
  renameSync(`${scene.directory}/away`, `${scene.directory}/cold`);
  deepEqual(await storedFindings(scene), []);
});

test("a tier that is forgotten: what lies nowhere else is told first, all of it is lost, and nothing on it is touched", async () => {
  using scene = await movedScene();
  const known = await scene.placements();
  const asked = await scene.call("tier", "forget", "cold");
  equal(asked.exitCode, 5);
  match(asked.stderr, /on cold and on no other tier/);
  deepEqual(await scene.placements(), known);
  const [copied] = known.filter(({ tier, path }) => tier === "cold" && path.endsWith("/tiny/app.log.1"));
  ok(copied !== undefined);
  const forgotten = await scene.call("tier", "forget", "cold", "--yes", "--json");
  equal(forgotten.exitCode, 0, forgotten.stderr);
  const report = JSON.parse(forgotten.stdout) as TierForgetReport;
  const onCold = known.filter(({ tier }) => tier === "cold");
  const elsewhere = new Set(known.filter(({ tier }) => tier === "warm").map(({ sha256 }) => sha256));
  equal(report.versions, onCold.length);
  equal(report.sole.versions, onCold.filter(({ sha256 }) => !elsewhere.has(sha256)).length);
  ok(report.sole.versions < report.versions, "some content lies on warm, too");
  deepEqual(
    await scene.placements(),
    known.map((each) => (each.tier === "cold" ? { ...each, state: "lost" } : each)),
  );
  equal((await scene.run("more")).exitCode, 10);
  equal((await scene.call("tier", "adopt", "cold", "--yes")).exitCode, 0);
  equal((await scene.rebuild()).exitCode, 0);
  deepEqual(await scene.placements(), known, "it came back after all");
});

async function movedScene(): Promise<TwoTiers> {
  const scene = await twoTiers();
  oldFile(`${scene.sources.cold}/only-here`, "on cold alone");
  equal((await scene.run()).exitCode, 0);
  return scene;
}

async function verify(scene: TwoTiers, exitCode: number, ...args: readonly string[]): Promise<VerifyReport> {
  const ended = await scene.call("verify", ...args, "--json");
  equal(ended.exitCode, exitCode, `${ended.stderr}${ended.stdout}`);
  return JSON.parse(ended.stdout) as VerifyReport;
}

async function storedFindings(scene: TwoTiers): Promise<readonly string[]> {
  const { findings } = JSON.parse((await scene.call("health", "--json")).stdout) as HealthReport;
  return findings
    .map(({ id }) => id)
    .filter((id) => id.startsWith("stored-"))
    .sort();
}

async function plainOn(scene: TwoTiers, tier: string): Promise<readonly FoundPlacement[]> {
  const placements = await scene.placements();
  return placements.filter(
    (each) => each.tier === tier && each.compression === "none" && each.storedAsBase64 === undefined,
  );
}

function pathOf(scene: TwoTiers, placement: FoundPlacement | undefined): string {
  return `${scene.directory}/${placement?.tier}/${placement?.storedAs}`;
}

interface Damage {
  readonly id: string;
  readonly kind: "missing" | "damaged" | "replaced";
  readonly mend: () => void;
}

/** A bit that rotted in a small and in a big file, a file that is gone, and one that was written over. */
async function damageOneOfEach(scene: TwoTiers): Promise<readonly Damage[]> {
  const all = (await scene.placements()).filter(
    ({ tier, storedAsBase64 }) => tier === "warm" && storedAsBase64 === undefined,
  );
  const one = (isMeant: (placement: FoundPlacement) => boolean) => {
    const found = all.find((placement) => isMeant(placement) && placement.sizeBytes > 0);
    ok(found !== undefined);
    return found;
  };
  const big = one(({ path }) => path.endsWith("/big.log.1"));
  const noise = one(({ path }) => path.endsWith("/random.bin.1"));
  // None of these is a hard link of another.
  const [small, gone, written, other] = all.filter(({ path }) => path.includes("/tiny/"));
  return [
    rot(scene, big),
    rot(scene, noise),
    rot(scene, small),
    change(scene, gone, { kind: "missing", deed: (path) => rmSync(path) }),
    change(scene, written, {
      kind: "replaced",
      deed: (path) => writeFileSync(path, readFileSync(pathOf(scene, other))),
    }),
  ];
}

/** A disk changes a byte and no time. */
function rot(scene: TwoTiers, placement: FoundPlacement | undefined): Damage {
  return change(scene, placement, {
    kind: "damaged",
    deed: (path, before) => {
      const bytes = Buffer.from(before);
      const at = Math.floor(bytes.length / 2);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      writeFileSync(path, bytes);
      const modified = Date.parse(placement?.modifiedAt ?? "") / 1000;
      utimesSync(path, modified, modified);
    },
  });
}

function change(
  scene: TwoTiers,
  placement: FoundPlacement | undefined,
  { kind, deed }: { readonly kind: Damage["kind"]; readonly deed: (path: string, before: Buffer) => void },
): Damage {
  const path = pathOf(scene, placement);
  const before = readFileSync(path);
  deed(path, before);
  return { id: placement?.id ?? "", kind, mend: () => writeFileSync(path, before) };
}
