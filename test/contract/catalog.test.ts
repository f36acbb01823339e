import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { openCatalog, openCatalogToRead } from "../../src/catalog/catalog.ts";
import { systemFailure } from "../../src/lib/errors.ts";
import { needsRoot } from "../support/loop-mount.ts";
import { scratch } from "../support/scratch.ts";
import { mountTmpfs } from "../support/tmpfs-mount.ts";
import { checkCatalog } from "./catalog.ts";

test("SQLite in the state directory is a catalog", () => {
  using dir = scratch("catalog");
  checkCatalog(() => openCatalog(`${dir.path}/state`));
});

test("it is private from the start, and asking makes none", () => {
  using dir = scratch("catalog");
  assert.equal(openCatalogToRead(`${dir.path}/state`), undefined);
  assert.equal(existsSync(`${dir.path}/state`), false);
  using _catalog = openCatalog(`${dir.path}/state`);
  assert.equal(statSync(`${dir.path}/state`).mode & 0o777, 0o700);
  assert.equal(statSync(`${dir.path}/state/catalog.db`).mode & 0o077, 0);
});

test("opened for reading it changes nothing, and says so when asked to", () => {
  using dir = scratch("catalog");
  openCatalog(dir.path)[Symbol.dispose]();
  using catalog = openCatalogToRead(dir.path);
  assert.deepEqual(catalog?.placements.ofPath("/x" as never), []);
  const change = () => catalog?.journal.beginStaging({ run: "r", job: "j", tier: "t", tierUuid: "u" });
  assert.throws(change, /readonly/);
});

test("one that a newer version wrote is refused and left as it is, for reading and for writing", () => {
  using dir = scratch("catalog");
  openCatalog(dir.path)[Symbol.dispose]();
  const file = `${dir.path}/catalog.db`;
  const db = new DatabaseSync(file);
  db.exec("PRAGMA user_version = 9999; PRAGMA journal_mode = DELETE");
  db.close();
  const before = readFileSync(file);
  for (const open of [openCatalog, openCatalogToRead]) {
    assert.throws(() => open(dir.path), { code: "CATALOG_NEWER", hint: /newer version/ });
  }
  assert.ok(readFileSync(file).equals(before));
});

for (const [what, damage] of Object.entries({
  "is no database": (file: string) =>
    writeFileSync(file, "this is not a database, though it is long enough ".repeat(50)),
  "was cut off": (file: string) => truncateSync(file, 5_000),
  "has rotten pages": (file: string) => {
    const bytes = readFileSync(file);
    bytes.fill(0xaa, 100, 12_000);
    writeFileSync(file, bytes);
  },
})) {
  test(`a file that ${what} is told as damaged, with what to do, and never overwritten`, () => {
    using dir = scratch("catalog");
    const file = `${dir.path}/catalog.db`;
    openCatalog(dir.path)[Symbol.dispose]();
    for (const suffix of ["-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
    damage(file);
    const before = readFileSync(file);
    for (const open of [openCatalog, openCatalogToRead]) {
      const use = () => {
        using catalog = open(dir.path);
        catalog?.decisions.approvalOf("logs");
        catalog?.journal.stagingOf("logs");
        return catalog?.placements.byId("x");
      };
      assert.throws(() => expected(use), { code: "CATALOG_DAMAGED", hint: /manifests/ });
    }
    assert.ok(readFileSync(file).equals(before));
  });
}

/** As the entry point does: what the catalog meets later than when it is opened becomes an operator's error there. */
function expected(use: () => unknown): unknown {
  try {
    return use();
  } catch (error) {
    throw systemFailure(error) ?? error;
  }
}

test("a state directory that cannot be made or holds no file is an operator's error", { skip: needsRoot }, () => {
  using dir = scratch("catalog");
  writeFileSync(`${dir.path}/file`, "");
  assert.throws(() => openCatalog(`${dir.path}/file/state`), { code: "STATE_DIR" });
  mkdirSync(`${dir.path}/state/catalog.db`, { recursive: true });
  assert.throws(() => openCatalog(`${dir.path}/state`), { code: "STATE_DIR" });
});

test("a full disk is told as the state directory's trouble, and what was written stays good", {
  skip: needsRoot,
}, async () => {
  await using small = await mountTmpfs({ sizeMiB: 1 });
  using catalog = openCatalog(`${small.path}/state`);
  catalog.journal.beginStaging({ run: "kept", job: "logs", tier: "warm", tierUuid: "u" });
  const fill = () => {
    for (let index = 0; ; index++) {
      catalog.runs.begin(`${index}`.padStart(20_000, "x"), index);
    }
  };
  assert.throws(fill, /full/);
  rmSync(`${small.path}/state/filler`, { force: true });
  assert.equal(catalog.journal.stagingOf("logs").length, 1);
});

test("two processes write at once: each waits for the other, and nothing is lost", async () => {
  using dir = scratch("catalog");
  openCatalog(dir.path)[Symbol.dispose]();
  const script = `
    import { openCatalog } from ${JSON.stringify(new URL("../../src/catalog/catalog.ts", import.meta.url).pathname)};
    const [stateDir, job] = process.argv.slice(1);
    using catalog = openCatalog(stateDir);
    for (let index = 0; index < 40; index++) catalog.journal.beginStaging({ run: String(index), job, tier: "t", tierUuid: "u" });
  `;
  const writers = ["a", "b"].map((job) => {
    const args = [
      "--disable-warning=ExperimentalWarning",
      "--input-type=module-typescript",
      "-e",
      script,
      dir.path,
      job,
    ];
    return once(spawn(process.execPath, args, { stdio: "inherit" }), "exit");
  });
  const ends = (await Promise.all(writers)) as [number][];
  assert.deepEqual(
    ends.map(([code]) => code),
    [0, 0],
  );
  using catalog = openCatalog(dir.path);
  assert.deepEqual(
    ["a", "b"].map((job) => catalog.journal.stagingOf(job).length),
    [40, 40],
  );
});

test("a reader sees a catalog while another process writes to it, and what was committed before", () => {
  using dir = scratch("catalog");
  using writer = openCatalog(dir.path);
  using reader = openCatalogToRead(dir.path);
  writer.runs.begin("r1", 1);
  assert.equal(reader?.runs.byId("r1")?.run, "r1");
});
