import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { test } from "node:test";
import { measure } from "../../../bench/measure.ts";
import { scratch } from "../../support/scratch.ts";
import { runsAll } from "../../support/seeded.ts";
import { filesBelow, oldFile, stagedBelow } from "./files.ts";
import { endOf, openProgram, until } from "./program.ts";
import { ageTree } from "./set-files.ts";

/** By hand with 100,000 files, and with 500 GB (docs/design/move-protocol.md). */
const large = runsAll ? { files: 20_000, sparseGiB: 4 } : { files: 3_000, sparseGiB: 1 };
const mostBytes = 300 * 2 ** 20;

test("a set of many files and a sparse one: planned, killed half-way, moved by the next run, and one file restored", async () => {
  using dir = scratch("large", existsSync("/dev/shm") ? "/dev/shm" : undefined);
  const source = `${dir.path}/hot`;
  for (let file = 0; file < large.files; file++) oldFile(`${source}/many/${file % 97}/${file}`, `file ${file}`);
  oldFile(`${source}/sparse/disk`, "start");
  truncateSync(`${source}/sparse/disk`, large.sparseGiB * 2 ** 30);
  ageTree(`${source}/many`, 50);
  ageTree(`${source}/sparse`, 40);
  mkdirSync(`${dir.path}/warm`);
  const jobKeys = { unit: "entry", settled_for: "0s" };
  const request = { directory: dir.path, source, warm: `${dir.path}/warm`, tierKeys: { directory: true }, jobKeys };
  const program = await openProgram(request);
  const measured = (...args: readonly string[]) => measure(bin, "--config", `${dir.path}/tierkeep.toml`, ...args);
  assert.ok((await measured("plan")).peakRssBytes < mostBytes);
  assert.deepEqual((await program.plan()).jobs[0]?.steps.map(({ path }) => path).sort(), ["many", "sparse"]);

  const killed = program.start("run");
  await until(() => stagedBelow(`${dir.path}/warm`).length > large.files / 4);
  await killAll(killed);
  assert.equal(filesBelow(source).length, large.files + 1);
  assert.deepEqual(filesBelow(`${dir.path}/warm`), [], "nothing of it is visible");

  const { peakRssBytes } = await measured("run");
  assert.ok(peakRssBytes < mostBytes, `${peakRssBytes} bytes`);
  assert.deepEqual([readdirSync(source), stagedBelow(`${dir.path}/warm`)], [[], []]);
  const stored = `${dir.path}/warm/jts-1/logs`;
  assert.equal(filesBelow(stored).length, large.files + 1);
  assert.ok(statSync(`${stored}/sparse/disk`).blocks < 1_024);
  await measured("restore", `${source}/many/5/5`);
  assert.deepEqual(filesBelow(source), ["many/5/5"]);
  assert.equal(readFileSync(`${source}/many/5/5`, "utf8"), "file 5");
});

const bin = new URL("../../../bin/tierkeep", import.meta.url).pathname;

/** The program with the child that does its job, at one instant. */
async function killAll(program: ChildProcess): Promise<void> {
  const { pid = 0 } = program;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  const ended = endOf(program);
  for (const each of [pid, ...children]) process.kill(each, "SIGKILL");
  await ended;
  await until(() => children.every((child) => !readdirSync("/proc").includes(`${child}`)));
}
