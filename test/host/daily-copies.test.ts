import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { keepDailyCopies } from "../../src/app/daily-copies.ts";
import { openCatalog } from "../../src/catalog/catalog.ts";
import { openTier } from "../../src/tiers/open.ts";
import { adoptedTier } from "../support/adopted-tier.ts";
import { needsRoot } from "../support/loop-mount.ts";
import { scratch } from "../support/scratch.ts";
import { type Injection, runCommand, straceCommand } from "../support/strace.ts";

const dayMs = 86_400_000;
const firstMs = Date.UTC(2026, 10, 21, 4, 15);

function openCopies(directory: string) {
  mkdirSync(`${directory}/warm`);
  const configFile = `${directory}/tierkeep.toml`;
  writeFileSync(configFile, "version = 1\n");
  const { config, pin } = adoptedTier("warm", `${directory}/warm`, { directory: true });
  const tier = openTier(config, pin);
  const catalog = openCatalog(`${directory}/state`);
  const given = { host: "jts-1", stateDir: `${directory}/state`, configFile };
  const keep = (day: number) => keepDailyCopies({ ...given, tier, catalog, nowMs: firstMs + day * dayMs });
  const folder = `${directory}/warm/.tierkeep/hosts/jts-1`;
  const held = new DisposableStack();
  held.use(catalog);
  held.use(tier);
  return {
    keep,
    /** The same in a process of its own, which dies at one of its calls in the folder; true when it came to that. */
    isKilled: async (day: number, injection: Injection) => {
      const request = { ...given, config, pin, nowMs: firstMs + day * dayMs };
      const strace = straceCommand({ calls: [injection.call], paths: [folder], injection }, `${directory}/strace`);
      const script = ["--input-type=module-typescript", "-e", keepScript, JSON.stringify(request)];
      const ended = await runCommand({ args: [...strace, process.execPath, ...script] });
      assert.ok(ended.signal === "SIGKILL" || ended.exitCode === 0, ended.stderr);
      return ended.signal === "SIGKILL";
    },
    folder,
    [Symbol.dispose]: () => held.dispose(),
  };
}

const modules = new URL("../../src/", import.meta.url).pathname;
const keepScript = `
  import { keepDailyCopies } from ${JSON.stringify(`${modules}app/daily-copies.ts`)};
  import { openCatalog } from ${JSON.stringify(`${modules}catalog/catalog.ts`)};
  import { openTier } from ${JSON.stringify(`${modules}tiers/open.ts`)};
  const { config, pin, ...given } = JSON.parse(process.argv[1]);
  using catalog = openCatalog(given.stateDir);
  using tier = openTier(config, pin);
  keepDailyCopies({ ...given, tier, catalog });
`;

test("each day's copies lie on the tier, whole and private, and the last three days stay", () => {
  using dir = scratch("copies");
  using copies = openCopies(dir.path);
  for (const day of [0, 0, 1, 2, 3]) copies.keep(day);
  assert.deepEqual(readdirSync(copies.folder).toSorted(), ["20261122", "20261123", "20261124", "host.json"]);
  const newest = `${copies.folder}/20261124`;
  assert.equal(readFileSync(`${newest}/tierkeep.toml`, "utf8"), "version = 1\n");
  using db = new DatabaseSync(`${newest}/catalog.db`, { readOnly: true });
  assert.equal(db.prepare("PRAGMA integrity_check").get()?.integrity_check, "ok");
  assert.equal(statSync(`${newest}/catalog.db`).mode & 0o777, 0o600);
  assert.equal(statSync(copies.folder).mode & 0o777, 0o700);
  assert.deepEqual(
    readdirSync(`${dir.path}/state`).filter((name) => name.startsWith("catalog.copy")),
    [],
  );
});

test("M1: whenever a run dies, the list of days is the old one or the new one", { skip: needsRoot }, async () => {
  for (const call of ["unlinkat", "renameat2", "fsync"]) {
    for (let occurrence = 1, killed = true; killed; occurrence++) {
      using dir = scratch("copies");
      using copies = openCopies(dir.path);
      copies.keep(0);
      killed = await copies.isKilled(1, { call, occurrence, deed: { signal: "KILL" } });
      const { days } = JSON.parse(readFileSync(`${copies.folder}/host.json`, "utf8")) as { days: readonly string[] };
      assert.ok(["20261121", "20261121,20261122"].includes(days.join()), `${call} #${occurrence}: ${days.join()}`);
      copies.keep(1);
      assert.deepEqual(readdirSync(copies.folder).toSorted(), ["20261121", "20261122", "host.json"]);
    }
  }
});

test("what a run that died left of today is begun anew; another machine's folder is never touched", () => {
  using dir = scratch("copies");
  using copies = openCopies(dir.path);
  mkdirSync(`${copies.folder}/20261121`, { recursive: true });
  writeFileSync(`${copies.folder}/20261121/catalog.db`, "half");
  copies.keep(0);
  assert.notEqual(readFileSync(`${copies.folder}/20261121/catalog.db`, "latin1"), "half");
  const told = JSON.parse(readFileSync(`${copies.folder}/host.json`, "utf8")) as object;
  writeFileSync(`${copies.folder}/host.json`, JSON.stringify({ ...told, machineId: "another" }));
  copies.keep(1);
  assert.ok(!existsSync(`${copies.folder}/20261122`));
});
