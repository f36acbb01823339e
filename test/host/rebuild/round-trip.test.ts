import { deepEqual, equal, match, ok } from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { test } from "node:test";
import type { CatalogCheckReport } from "../../../src/reports/catalog.ts";
import { fingerprint } from "../../support/scene-facts.ts";
import { bin } from "../guards/program.ts";
import { endOf, until } from "../moves/program.ts";
import { contentOf, manifestsOn, oldFile, rebuildReport, type TwoTiers, twoTiers } from "./two-tiers.ts";

test("D17: a rebuilt catalog is the one that was lost, and restores as before, with each tier missing in turn", async () => {
  using scene = await twoTiers();
  const before = fingerprint(scene.sources.warm);
  equal((await scene.run()).exitCode, 0);
  await secondVersions(scene);
  const known = await scene.placements();
  ok(known.length > 40, `${known.length} placements`);

  rmSync(scene.stateDir, { recursive: true });
  const whole = rebuildReport(await scene.rebuild("--json"));
  equal(whole.status, "complete");
  deepEqual([whole.setAside, whole.tiers.map(({ asFound }) => asFound)], [null, [true, true]]);
  deepEqual(await scene.placements(), known, "nothing is left of the old catalog");
  await checkAgrees(scene);

  for (const tier of ["warm", "cold"] as const) {
    rmSync(scene.stateDir, { recursive: true });
    renameSync(`${scene.directory}/${tier}`, `${scene.directory}/away`);
    const partial = await scene.rebuild("--json");
    equal(partial.exitCode, 3, partial.stderr);
    equal(rebuildReport(partial).status, "incomplete");
    deepEqual(
      await scene.placements(),
      known.filter((placement) => placement.tier !== tier),
      `without ${tier}`,
    );
    renameSync(`${scene.directory}/away`, `${scene.directory}/${tier}`);
    equal((await scene.rebuild()).exitCode, 0);
    deepEqual(await scene.placements(), known, `${tier} is back`);
  }

  await restoreAll(scene, before);
  const set = `${scene.directory}/back${scene.sets}/monday`;
  equal((await scene.call("restore", scene.sets, "--to", `${scene.directory}/back`)).exitCode, 0);
  deepEqual([readlinkSync(`${set}/latest`), readFileSync(`${set}/latest`, "utf8")], ["dump", "all of it"]);
  deepEqual(readdirSync(`${set}/empty`), []);
});

test("D17: nothing is deleted while a tier was not read; a job that writes to it reads it first", async () => {
  using scene = await twoTiers();
  equal((await scene.run()).exitCode, 0);
  const known = await scene.placements();
  rmSync(scene.stateDir, { recursive: true });
  renameSync(`${scene.directory}/cold`, `${scene.directory}/away`);
  equal((await scene.rebuild()).exitCode, 3);
  renameSync(`${scene.directory}/away`, `${scene.directory}/cold`);
  await succeed(scene.call("tier", "adopt", "cold", "--yes"));
  await succeed(scene.call("approve", "--all"));
  oldFile(`${scene.directory}/scratch/old`, "scratch");
  const refused = await scene.run("scratch");
  equal(refused.exitCode, 5);
  match(refused.job("scratch").errors[0]?.code ?? "", /catalog-incomplete/);
  equal((await scene.run("more")).exitCode, 0);
  deepEqual(await scene.placements(), known);
  deepEqual((await scene.run("scratch")).job("scratch").outcomes, { cleaned: 1 });
});

test("D17: a catalog that is older than the newest manifest stops deletions until it is rebuilt", async () => {
  using scene = await twoTiers();
  equal((await scene.run()).exitCode, 0);
  const old = readFileSync(`${scene.stateDir}/catalog.db`);
  await secondVersions(scene);
  const known = await scene.placements();
  writeFileSync(`${scene.stateDir}/catalog.db`, old);
  for (const suffix of ["-wal", "-shm"]) rmSync(`${scene.stateDir}/catalog.db${suffix}`, { force: true });
  oldFile(`${scene.directory}/scratch/old`, "scratch");
  await scene.run("logs");
  const refused = await scene.run("scratch");
  equal(refused.exitCode, 5);
  match(refused.job("scratch").errors[0]?.code ?? "", /catalog-behind/);
  const rebuilt = rebuildReport(await scene.rebuild("--json"));
  deepEqual([rebuilt.status, rebuilt.keptHistory], ["complete", true]);
  deepEqual(await scene.placements(), known);
  await succeed(scene.call("approve", "--all"));
  deepEqual((await scene.run("scratch")).job("scratch").outcomes, { cleaned: 1 });
});

test("torn lines, repeated ones and another host's are passed over; what does not lie there with its size is lost", async () => {
  using scene = await twoTiers();
  equal((await scene.run()).exitCode, 0);
  const known = await scene.placements();
  const [manifest = ""] = manifestsOn(scene, "warm");
  const [line = ""] = readFileSync(manifest, "utf8").split("\n");
  appendFileSync(manifest, `${line}\n${line.slice(0, 100)}\n\n${line}\n{"fact":"stored","id":"x`);
  const others = manifest.replace("/jts-1/", "/jts-2/");
  mkdirSync(others.slice(0, others.lastIndexOf("/")), { recursive: true });
  writeFileSync(others, line.replace("jts-1", "jts-2").replace('"id":"2', '"id":"1'));
  const [gone, cut, ...rest] = known.filter(({ tier, compression }) => tier === "warm" && compression === "none");
  rmSync(`${scene.directory}/warm/${gone?.storedAs}`);
  truncateSync(`${scene.directory}/warm/${cut?.storedAs}`, 1);
  rmSync(scene.stateDir, { recursive: true });
  const report = rebuildReport(await scene.rebuild("--json"));
  const [warm] = report.tiers;
  deepEqual([warm?.tornLines, warm?.lost, report.status], [2, 2, "complete"]);
  const lost = new Set([gone?.id, cut?.id]);
  deepEqual(
    await scene.placements(),
    known.map((each) => (lost.has(each.id) ? { ...each, state: "lost" } : each)),
  );
  ok(rest.length > 0);
});

test("C3: a damaged catalog is set aside as it is, and every verb that meets it names the way out", async () => {
  using scene = await twoTiers();
  equal((await scene.run()).exitCode, 0);
  const known = await scene.placements();
  const file = `${scene.stateDir}/catalog.db`;
  const rotten = Buffer.concat([readFileSync(file).subarray(0, 4_096), Buffer.alloc(32_768, 0xa5)]);
  writeFileSync(file, rotten);
  for (const verb of [["find", "/"], ["run", "--yes"], ["plan"], ["history"], ["catalog", "check"]]) {
    const { exitCode, stderr } = await scene.call(...verb);
    match(stderr, /CATALOG_DAMAGED/, verb.join(" "));
    match(stderr, /tierkeep catalog rebuild/);
    equal(exitCode, 13, verb.join(" "));
  }
  const { status, setAside, keptHistory } = rebuildReport(await scene.rebuild("--json"));
  deepEqual([status, keptHistory], ["complete", false]);
  match(setAside ?? "", /catalog\.db\.damaged-\d{8}T\d{6}Z$/);
  ok(readFileSync(setAside ?? "").equals(rotten));
  deepEqual(await scene.placements(), known);
});

test("from one tier alone: what the others say stays unread", async () => {
  using scene = await twoTiers();
  equal((await scene.run()).exitCode, 0);
  const known = await scene.placements();
  rmSync(scene.stateDir, { recursive: true });
  const from = await scene.rebuild("--from", `${scene.directory}/warm`, "--json");
  deepEqual([from.exitCode, rebuildReport(from).tiers.map(({ tier }) => tier)], [3, ["warm"]]);
  deepEqual(
    await scene.placements(),
    known.filter(({ tier }) => tier === "warm"),
  );
});

const defaultConfig = "/etc/tierkeep/tierkeep.toml";
const hasConfig = existsSync(defaultConfig) ? `this machine has a ${defaultConfig}` : false;

test("without a configuration: the tier itself tells whose it is", { skip: hasConfig }, async () => {
  using scene = await twoTiers();
  equal((await scene.run()).exitCode, 0);
  const known = await scene.placements();
  rmSync(scene.stateDir, { recursive: true });
  renameSync(`${scene.directory}/warm`, `${scene.directory}/rescued`);
  const from = ["--from", `${scene.directory}/rescued`, "--state-dir", scene.stateDir];
  const rebuilt = await endOf(
    spawn(bin, ["catalog", "rebuild", ...from, "--json"], { stdio: ["ignore", "pipe", "pipe"] }),
  );
  const [tier] = rebuildReport(rebuilt).tiers;
  deepEqual([rebuilt.exitCode, tier?.tier, tier?.hosts], [0, "warm", ["jts-1"]]);
  renameSync(`${scene.directory}/rescued`, `${scene.directory}/warm`);
  await succeed(scene.call("tier", "adopt", "warm", "--yes"));
  deepEqual(
    await scene.placements(),
    known.filter((placement) => placement.tier === "warm"),
  );
});

test("C3: killed in the middle, a rebuild has changed nothing, and the next one goes through", async () => {
  using scene = await twoTiers();
  equal((await scene.run()).exitCode, 0);
  const known = await scene.placements();
  const before = readFileSync(`${scene.stateDir}/catalog.db`);
  const child = scene.start("catalog", "rebuild");
  const ended = endOf(child);
  await until(() => existsSync(`${scene.stateDir}/rebuilding/catalog.db`));
  child.kill("SIGKILL");
  await ended;
  ok(readFileSync(`${scene.stateDir}/catalog.db`).equals(before));
  deepEqual(await scene.placements(), known);
  equal((await scene.rebuild()).exitCode, 0);
  deepEqual(await scene.placements(), known);
  ok(!existsSync(`${scene.stateDir}/rebuilding`));
});

/** Newer versions of some paths, one that was restored and moved again, and one file that comes to lie beside another. */
async function secondVersions(scene: TwoTiers): Promise<void> {
  const name = "tiny/app.log.2";
  const { sources } = scene;
  await succeed(scene.call("restore", `${sources.warm}/${name}`));
  oldFile(`${sources.warm}/tiny/app.log.3`, "another version");
  oldFile(`${sources.cold}/tiny/app.log.3`, "another version");
  ok(contentOf(sources.warm, name).length > 0);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  equal((await scene.run()).exitCode, 0);
}

async function restoreAll(scene: TwoTiers, before: ReadonlyMap<string, string>): Promise<void> {
  const to = `${scene.directory}/back`;
  const restored = await scene.call("restore", scene.sources.warm, "--to", to, "--at", new Date().toISOString());
  equal(restored.exitCode, 0, restored.stderr);
  const moved = new Set(scene.files.filter(({ moves }) => moves).map(({ name }) => name));
  const expected = [...before].filter(([name]) => moved.has(name) && name !== "tiny/app.log.3");
  const found = fingerprint(`${to}${scene.sources.warm}`);
  deepEqual(
    expected.map(([name]) => [name, found.get(name)]),
    expected,
  );
}

async function checkAgrees(scene: TwoTiers): Promise<void> {
  const { exitCode, stdout } = await scene.call("catalog", "check", "--json");
  const { status, counts } = JSON.parse(stdout) as CatalogCheckReport;
  const none = { missing: 0, differs: 0, "not-in-catalog": 0, "not-in-manifest": 0 };
  deepEqual([exitCode, status, counts], [0, "ok", none]);
}

async function succeed(running: ReturnType<TwoTiers["call"]>): Promise<void> {
  const { exitCode, stdout, stderr } = await running;
  equal(exitCode, 0, `${stdout}${stderr}`);
}
