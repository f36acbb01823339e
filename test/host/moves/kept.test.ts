import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { test } from "node:test";
import { mountLoop, needsRoot } from "../../support/loop-mount.ts";
import { filesBelow, logText, makeOld, oldFile } from "./files.ts";
import { openMemoryScene, openScene } from "./scene.ts";

const skip = needsRoot;

const engines = {
  postgresql: ["PG_VERSION", "base/1/1259"],
  "postgresql-wal": ["pg_wal/000000010000000000000001", "postgresql.conf"],
  mongodb: ["WiredTiger", "collection-0.wt"],
  clickhouse: ["format_version.txt", "20200101_1_1_0/data.bin"],
  "clickhouse-part": ["checksums.txt", "columns.txt", "data.bin"],
  mysql: ["ibdata1", "db/t.ibd"],
  docker: ["containers/1/1-json.log", "image/x", "volumes/v/_data/f"],
  containerd: ["io.containerd.metadata.v1.bolt/meta.db", "tmp"],
} as const;

test("M25: what a database or container engine has made is left alone, wherever it lies below the source", async () => {
  using scene = openMemoryScene({ rule: { activeLogs: true } });
  for (const [engine, files] of Object.entries(engines)) {
    for (const file of files) oldFile(`${scene.source}/data/${engine}/${file}`);
  }
  oldFile(`${scene.source}/data/free`);
  const plan = await scene.plan();
  assert.deepEqual(plan.due, ["data/free"]);
  assert.deepEqual(
    plan.kept["engine-data"],
    Object.keys(engines)
      .map((engine) => `data/${engine}`)
      .toSorted(),
  );
});

test("M25: a source that is, or lies in, an engine's own tree is refused whole", async () => {
  for (const [engine, files] of Object.entries(engines)) {
    using scene = openMemoryScene();
    for (const file of files) oldFile(`${scene.path}/engine/${file}`);
    oldFile(`${scene.path}/engine/deep/er/file`);
    for (const source of [`${scene.path}/engine`, `${scene.path}/engine/deep/er`]) {
      const plan = await scene.plan({ rule: { sourcePath: source } });
      assert.deepEqual([plan.due, plan.refusal], [[], "engine-data"], engine);
    }
  }
});

for (const compress of ["none", "zstd"] as const) {
  test(`M25: a journal of journald is known by its content, small or big, at the deed (${compress})`, async () => {
    using scene = openMemoryScene({ rule: { compress } });
    const magic = Buffer.from("LPKSHHRH");
    oldFile(`${scene.source}/small@1.journal`, Buffer.concat([magic, Buffer.alloc(100)]));
    oldFile(`${scene.source}/big@1.journal`, Buffer.concat([magic, Buffer.from(logText(120_000))]));
    oldFile(`${scene.source}/not-one`, "see LPKSHHRH\n");
    const { results } = await scene.run();
    assert.deepEqual(results, { "small@1.journal": "engine-data", "big@1.journal": "engine-data", "not-one": "moved" });
    assert.deepEqual(filesBelow(scene.source), ["big@1.journal", "small@1.journal"]);
    assert.deepEqual(filesBelow(scene.tier), ["jts-1/logs/not-one"]);
  });
}

test("M25: login records stay by name, and what is no regular file stays by kind", { skip }, async () => {
  using scene = openMemoryScene();
  for (const name of ["wtmp", "btmp", "lastlog", "utmp", "deep/wtmp"]) oldFile(`${scene.source}/${name}`);
  execFileSync("mkfifo", [`${scene.source}/fifo`]);
  execFileSync("mknod", [`${scene.source}/null`, "c", "1", "3"]);
  symlinkSync("/etc/passwd", `${scene.source}/link`);
  const socket = createServer().listen(`${scene.source}/socket`);
  await once(socket, "listening");
  for (const name of ["fifo", "null", "socket"]) makeOld(`${scene.source}/${name}`);
  const plan = await scene.plan();
  socket.close();
  assert.deepEqual(plan.due, []);
  assert.deepEqual(plan.kept["engine-data"], ["btmp", "deep/wtmp", "lastlog", "utmp", "wtmp"]);
  assert.deepEqual(plan.kept["special-file"], ["fifo", "link", "null", "socket"]);
});

test("M25: immutable and append-only files stay, by attribute", { skip }, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 32 });
  for (const folder of ["hot", "warm"]) mkdirSync(`${fs.path}/${folder}`);
  for (const name of ["fixed", "append", "free"]) oldFile(`${fs.path}/hot/${name}`);
  execFileSync("chattr", ["+i", `${fs.path}/hot/fixed`]);
  execFileSync("chattr", ["+a", `${fs.path}/hot/append`]);
  try {
    using scene = openScene({ source: `${fs.path}/hot`, tier: `${fs.path}/warm` });
    assert.deepEqual((await scene.plan()).kept, { immutable: ["append", "fixed"] });
    assert.deepEqual((await scene.run()).results, { free: "moved" });
  } finally {
    execFileSync("chattr", ["-ia", `${fs.path}/hot/fixed`, `${fs.path}/hot/append`]);
  }
});

test("M34: the name that a rotation writes to again stays, however old and quiet; its rotated siblings go", async () => {
  using scene = openMemoryScene();
  const families = {
    numbered: ["syslog", "syslog.1", "syslog.2.gz"],
    dated: ["messages", "messages-20260101", "messages-20260102.xz"],
    extended: ["app.log", "app-20260101.log", "app.log.old"],
    iso: ["trade", "trade.2026-01-01"],
  };
  for (const [folder, names] of Object.entries(families)) {
    for (const name of names) oldFile(`${scene.source}/${folder}/${name}`);
  }
  oldFile(`${scene.source}/alone/quiet`);
  const { due, kept } = await scene.plan();
  assert.deepEqual(kept["active-log"], ["dated/messages", "extended/app.log", "iso/trade", "numbered/syslog"]);
  assert.deepEqual(due, [
    "alone/quiet",
    "dated/messages-20260101",
    "dated/messages-20260102.xz",
    "extended/app-20260101.log",
    "extended/app.log.old",
    "iso/trade.2026-01-01",
    "numbered/syslog.1",
    "numbered/syslog.2.gz",
  ]);
});

test("M34: what logrotate's configuration lists stays; active_logs = true lifts all of it", async () => {
  using scene = openMemoryScene();
  const logrotateNames = [`${scene.source}/btmp-like`, `${scene.source}/*/never-rotated`];
  for (const name of ["btmp-like", "svc/never-rotated", "svc/syslog", "svc/syslog.1"])
    oldFile(`${scene.source}/${name}`);
  const listed = ["btmp-like", "svc/never-rotated", "svc/syslog"];
  assert.deepEqual((await scene.plan({ logrotateNames })).kept, { "active-log": listed });
  assert.deepEqual((await scene.plan({ logrotateNames, rule: { activeLogs: true } })).kept, {});
});

test("M34: a .log stays when its owner could not create it again, and goes when he could", { skip }, async () => {
  using scene = openMemoryScene();
  const owner = 4_321;
  const places = [
    { folder: "roots", uid: 0, gid: 0, mode: 0o755, goes: false },
    { folder: "own", uid: owner, gid: 0, mode: 0o755, goes: true },
    { folder: "own-read-only", uid: owner, gid: 0, mode: 0o555, goes: false },
    { folder: "group", uid: 0, gid: owner, mode: 0o775, goes: true },
    { folder: "group-reads", uid: 0, gid: owner, mode: 0o755, goes: false },
    { folder: "everybody", uid: 0, gid: 0, mode: 0o777, goes: true },
  ];
  for (const { folder, uid, gid, mode } of places) {
    oldFile(`${scene.source}/${folder}/app.log`);
    oldFile(`${scene.source}/${folder}/app.txt`);
    chownSync(`${scene.source}/${folder}/app.log`, owner, owner);
    chownSync(`${scene.source}/${folder}`, uid, gid);
    chmodSync(`${scene.source}/${folder}`, mode);
  }
  oldFile(`${scene.source}/roots/by-root.log`);
  const expected = places.filter(({ goes }) => !goes).map(({ folder }) => `${folder}/app.log`);
  assert.deepEqual((await scene.plan()).kept, { "active-log": expected.toSorted() });
});

test("M34: proved on the owner himself: what the rule calls lost, he cannot create", { skip }, async () => {
  using scene = openMemoryScene();
  for (const [folder, mode] of [
    ["shut", 0o755],
    ["open", 0o777],
  ] as const) {
    oldFile(`${scene.source}/${folder}/app.log`);
    chownSync(`${scene.source}/${folder}/app.log`, 4_321, 4_321);
    chmodSync(`${scene.source}/${folder}`, mode);
  }
  for (const path of [scene.path, scene.source]) chmodSync(path, 0o755);
  await scene.run();
  assert.deepEqual(filesBelow(scene.source), ["shut/app.log"]);
  writeFileSync(`${scene.path}/who`, "");
  for (const [folder, expected] of [
    ["open", 0],
    ["shut-new", 1],
  ] as const) {
    const at = `${scene.source}/${folder.replace("-new", "")}/${folder === "open" ? "app.log" : "new.log"}`;
    const child = spawn("setpriv", ["--reuid", "4321", "--regid", "4321", "--clear-groups", "touch", at], {
      stdio: "ignore",
    });
    const [code] = (await once(child, "exit")) as [number];
    assert.equal(code === 0 ? 0 : 1, expected, folder);
  }
  assert.ok(existsSync(`${scene.source}/open/app.log`));
});
