import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, globSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { configurationText } from "../support/configuration.ts";
import { type Scratch, scratch } from "../support/scratch.ts";
import { makeOddFiles } from "./odd-files.ts";
import { tierkeep } from "./verbs.ts";

const programs = ["jq", "zstd", "gzip", "base64", "sha256sum"].filter(
  (program) => spawnSync("sh", ["-c", `command -v ${program}`]).status !== 0,
);
const skip = programs.length === 0 ? false : `needs ${programs.join(", ")}`;

test("M20: the README.txt of a tier, followed to the letter, gets every file back", { skip }, () => {
  using directory = scratch("readme");
  mkdirSync(`${directory.path}/log/zstd`, { recursive: true });
  makeOddFiles(`${directory.path}/log/zstd`);
  makeFiles(`${directory.path}/log/gzip`, ["small.log.1", "a second.log.2"]);
  const before = factsOf(`${directory.path}/log`);
  const tier = movedTier(directory, ["zstd", "gzip"]);
  tearManifest(tier);
  const { status, stdout, stderr, to } = follow(tier, directory);
  assert.equal(stderr, "");
  assert.equal(status, 0);
  assert.match(stdout, /^docs\n/, "the hosts are listed");
  assert.notEqual(before, "");
  assert.equal(factsOf(`${to}${directory.path}/log`), before);
});

test("M18: by the README.txt of a tier a changed byte is found, and a lost file is told", { skip }, () => {
  using directory = scratch("readme");
  makeFiles(`${directory.path}/log/none`, ["with space", "-rf", "good"]);
  const tier = movedTier(directory, ["none"]);
  writeFileSync(`${tier}/docs/none/with space`, "other bytes");
  rmSync(`${tier}/docs/none/-rf`);
  const { stdout, stderr } = follow(tier, directory);
  assert.match(stdout, /^docs\/none\/with space: FAILED$/m);
  assert.match(stdout, /^docs\/none\/-rf: FAILED open or read$/m);
  assert.match(stderr, /^damaged: .*\/log\/none\/with space$/m);
  assert.match(stderr, /^not here: .*\/log\/none\/-rf$/m);
});

function makeFiles(directory: string, names: readonly string[]): void {
  mkdirSync(directory, { recursive: true });
  for (const name of names) {
    writeFileSync(`${directory}/${name}`, `${name} again and again\n`.repeat(300));
    utimesSync(`${directory}/${name}`, 1_700_000_000, 1_700_000_000.5);
  }
}

/** A tier to which a real run has moved all of `log`, by a job for each way of compressing; nothing else is left. */
function movedTier({ path }: Scratch, ways: readonly string[]): string {
  mkdirSync(`${path}/warm`);
  const moves = ways.map((way) => ({ name: way, source: `${path}/log/${way}`, compress: way }));
  const file = `${path}/tierkeep.toml`;
  const tiers = { warm: { path: `${path}/warm`, directory: true } };
  writeFileSync(file, configurationText({ host: "docs", stateDir: `${path}/state`, tiers, moves }));
  for (const args of [["tier", "adopt", "warm", "--yes"], ["approve", "--all"], ["run"]]) {
    const { exitCode, stdout, stderr } = tierkeep(file, ...args);
    assert.equal(exitCode, 0, stdout + stderr);
  }
  assert.equal(factsOf(`${path}/log`), "", "every file has moved");
  rmSync(`${path}/state`, { recursive: true });
  return `${path}/warm`;
}

/** What deaths leave in a manifest: half a line, a line twice, and a version that was taken back. */
function tearManifest(tier: string): void {
  const [manifest = ""] = globSync(`${tier}/.tierkeep/manifests/docs/*/*/*.jsonl`);
  const text = readFileSync(manifest, "utf8");
  const [first = ""] = text.split("\n");
  const gone = { ...JSON.parse(first), id: "x.logs.1", path: "/never", storedAs: "docs/logs/never" };
  const withdrawn = { fact: "withdrawn", id: gone.id, at: gone.at, reason: "a test" };
  const later = manifest.replace(/[^/]+$/, "99991231T000000Z-ffff.jsonl");
  writeFileSync(manifest, `${first.slice(0, 100)}\n${text}`);
  appendFileSync(later, `${JSON.stringify(gone)}\n${first}\n${JSON.stringify(withdrawn)}\n{"fact":"sto`);
}

/** Runs all indented commands of the README in one shell, with only the two names filled in. */
function follow(tier: string, { path }: Scratch) {
  const to = `${path}/to`;
  mkdirSync(to);
  const readme = readFileSync(`${tier}/.tierkeep/README.txt`, "utf8");
  const commands = readme
    .slice(readme.indexOf("Run all commands below"))
    .split("\n")
    .filter((line) => line.startsWith("  "))
    .join("\n")
    .replace("HOST=the-one-you-want", "HOST=docs")
    .replace("TO=/some/empty/directory", `TO='${to}'`);
  const env = { ...process.env, LC_ALL: "C", TMPDIR: path };
  return { ...spawnSync("sh", ["-c", commands], { cwd: tier, encoding: "utf8", env }), to };
}

/** Name, size, mode, owner, time to the nanosecond and hash of every file below a directory, as text. */
function factsOf(directory: string): string {
  const script = `cd "$1" && find . -type f -printf '%P %s %m %U:%G %T@\\0' | sort -z && find . -type f -print0 | sort -z | xargs -0r sha256sum -z`;
  return execFileSync("sh", ["-c", script, "sh", directory], {
    encoding: "latin1",
    env: { ...process.env, LC_ALL: "C" },
  });
}
