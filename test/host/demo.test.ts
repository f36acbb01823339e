import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { scratch } from "../support/scratch.ts";

const demo = ["--disable-warning=ExperimentalWarning", "scripts/demo.ts"];

test("the demo shows what it says, on no terminal, and leaves nothing behind", () => {
  using place = scratch("demo-test");
  const { status, stdout, stderr } = runDemo(place.path);
  assert.equal(status, 0, stdout + stderr);
  const table = stdout.slice(stdout.indexOf("What you have seen"));
  for (const line of [
    /^ {2}ok {3}three tiers checked /m,
    /^ {2}ok {3}refused until approved +exit 5$/m,
    /^ {2}ok {3}killed half-way \(SIGKILL\) +[\d,]+ on warm, [\d,]+ on both, [\d,]+ on hot, 0 lost$/m,
    /^ {2}ok {3}run again +1,787 files on warm, 213 stayed, 0 leftovers$/m,
    /^ {2}ok {3}planned again +0 files to move$/m,
    /^ {2}ok {3}restored +1,787 files, checked with sha256sum$/m,
    /^ {2}ok {3}compared with how it was +2,000 files, 0 differences$/m,
    /^ {2}ok {3}open log left alone /m,
    /^Not a byte was lost\. /m,
  ])
    assert.match(table, line);
  assert.doesNotMatch(table, /FAIL/);
  assert.ok(!stdout.includes(String.fromCharCode(27)), "colours in a file");
  assertNothingLeft(place.path);
});

test("a demo that is stopped in the middle of a run takes everything with it", async () => {
  using place = scratch("demo-test");
  const child = spawn(process.execPath, demo, {
    env: { ...process.env, TMPDIR: place.path },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (output.includes("$ tierkeep run\n") && !child.killed) child.kill("SIGINT");
  });
  const [code] = await once(child, "exit");
  assert.equal(code, 130, output);
  assertNothingLeft(place.path);
});

test("where nothing can be mounted it plays on directories and says so", () => {
  using place = scratch("demo-test");
  using programs = scratch("demo-programs");
  // Stands for a container that may not mount.
  writeFileSync(`${programs.path}/mount`, "#!/bin/sh\nexit 32\n", { mode: 0o755 });
  const { status, stdout, stderr } = runDemo(place.path, { PATH: `${programs.path}:${process.env.PATH ?? ""}` });
  assert.match(stdout, /^hot, warm and cold are plain directories here, since .*\.$/m);
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /^Not a byte was lost\. /m);
  assertNothingLeft(place.path);
});

function runDemo(directory: string, env: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, demo, {
    env: { ...process.env, TMPDIR: directory, ...env },
    encoding: "utf8",
    timeout: 300_000,
  });
}

function assertNothingLeft(directory: string): void {
  assert.deepEqual(readdirSync(directory), []);
  assert.ok(!readFileSync("/proc/self/mounts", "utf8").includes(directory), "something is still mounted");
}
