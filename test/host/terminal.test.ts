import assert from "node:assert/strict";
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { type InstalledProgram, installProgram, makeScene, type Scene } from "../cli/scene.ts";
import { ctrlC, openPty, type Pty, type PtyRequest, seen } from "../support/pty.ts";

let program: InstalledProgram;
before(() => {
  program = installProgram();
});
after(() => program[Symbol.dispose]());

test("symbols and colours on a terminal, and neither where they cannot be shown", async () => {
  using scene = await adopted();
  await using shown = tierkeep(scene, "plan");
  assert.equal(await shown.exitCode, 0);
  assert.match(shown.output(), / · move .* → warm/);
  assert.ok(shown.output().includes("\x1b[31m✗\x1b[0m not approved"), shown.output());

  for (const [args, env] of [
    ["plan --no-color", {}],
    ["plan", { NO_COLOR: "1" }],
    ["plan", { TERM: "dumb" }],
  ] as const) {
    await using plain = tierkeep(scene, args, { env });
    assert.equal(await plain.exitCode, 0);
    assert.ok(plain.output().includes("✗ not approved") && !plain.output().includes("\x1b["), plain.output());
  }
  await using ascii = tierkeep(scene, "plan", { env: { LANG: "C" } });
  await ascii.exitCode;
  assert.equal(Buffer.byteLength(ascii.output()), ascii.output().length, ascii.output());
});

test("adopting asks, and no is no", async () => {
  using scene = makeScene(program);
  await using no = tierkeep(scene, "tier adopt warm");
  await no.until(/adopt it as warm\? \[y\/N\] /);
  no.type("\r");
  assert.equal(await no.exitCode, 5);
  assert.match(seen(no.output()), /warm was not adopted; nothing was changed/);

  await using yes = tierkeep(scene, "tier adopt warm");
  await yes.until(/\[y\/N\] /);
  yes.type("y\r");
  assert.equal(await yes.exitCode, 0);
  assert.match(seen(yes.output()), /✓ warm is adopted/);
});

test("run offers approval, asks whether to go on, and does it", async () => {
  using scene = await adopted();
  await using refused = tierkeep(scene, "run");
  await refused.until(/approve it\? \[y\/N\] /);
  refused.type("n\r");
  assert.equal(await refused.exitCode, 5);

  await using hesitant = tierkeep(scene, "run");
  await hesitant.until(/approve it\? \[y\/N\] /);
  hesitant.type("yes\r");
  await hesitant.until(/go on\? \[y\/N\] /);
  hesitant.type("\r");
  assert.equal(await hesitant.exitCode, 0);
  assert.match(seen(hesitant.output()), /nothing was done/);
  assert.ok(readdirSync(`${scene.logs}/nginx`).includes("access.log.2"));

  await using determined = tierkeep(scene, "run");
  await determined.until(/go on\? \[y\/N\] /);
  assert.match(seen(determined.output()), /4 files {3}126 KiB/);
  determined.type("y\r");
  assert.equal(await determined.exitCode, 0);
  assert.match(seen(determined.output()), /logs {2}✓ moved 4 files/);
});

test("the end of input, and Ctrl-C at a question, are no", async () => {
  using scene = await adopted();
  await using ended = tierkeep(scene, "approve logs");
  await ended.until(/\[y\/N\] /);
  ended.type("\x04");
  assert.equal(await ended.exitCode, 5);

  await using stopped = tierkeep(scene, "approve logs");
  await stopped.until(/\[y\/N\] /);
  stopped.type(ctrlC);
  assert.equal(await stopped.exitCode, 130);
  assert.match(await scene.type("tierkeep plan"), /CRIT not approved/);
});

const many = 6_000;

test("progress is one line, redrawn within the terminal's width, and leaves nothing behind", async () => {
  using scene = await approvedMany();
  await using pty = tierkeep(scene, "run --yes", { columns: 60 });
  assert.equal(await pty.exitCode, 0, pty.output());
  const frames = framesOf(pty.output());
  assert.ok(frames.length > 1, "no progress was drawn");
  for (const frame of frames) assert.ok([...frame].length < 60, frame);
  assert.ok(
    frames.some((frame) => /^logs .* of 6,000 /.test(frame)),
    frames.join("\n"),
  );
  assert.match(seen(pty.output()), /^logs {2}✓ moved 6,000 files, .*\ndone · run \S+\n$/);
});

test("the first Ctrl-C ends the run well, the second at once; the next run goes on", async () => {
  using scene = await approvedMany();
  await using once = tierkeep(scene, "run --yes");
  await once.until(/of 6,000/);
  once.type(ctrlC);
  assert.equal(await once.exitCode, 130);
  assert.match(seen(once.output()), /stopping: what is begun is brought to a good end/);
  assert.match(seen(once.output()), /logs {2}↻ .*\n +stopped by signal; [\d,]+ files, .* left for the next run/);
  assert.match(seen(once.output()), /interrupted · run \S+ +exit 130\n$/);
  assert.deepEqual(readdirSync(`${scene.home}/warm/.tierkeep/staging`), []);

  await using twice = tierkeep(scene, "run --yes");
  await twice.until(/of [\d,]+ /);
  twice.type(ctrlC);
  await twice.until(/stopping/);
  twice.type(ctrlC);
  assert.equal(await twice.exitCode, 130);

  assert.match(await scene.type("tierkeep run"), /^logs +ok (moved|nothing)/);
  assert.match(await scene.type("tierkeep plan"), /nothing to do/);
  const stored = readdirSync(`${scene.home}/warm/jts-1/logs`, { recursive: true, withFileTypes: true });
  assert.equal(stored.filter((entry) => entry.isFile()).length, many);
});

function tierkeep(scene: Scene, args: string, options: Partial<PtyRequest> = {}): Pty {
  return openPty({ command: `bin/tierkeep ${args}`, cwd: scene.home, ...options });
}

async function adopted(): Promise<Scene> {
  const scene = makeScene(program);
  assert.match(await scene.type("tierkeep tier adopt warm --yes"), /ok warm is adopted/);
  return scene;
}

async function approvedMany(): Promise<Scene> {
  const scene = await adopted();
  await scene.type(`rm -r ${scene.logs}`);
  mkdirSync(scene.logs);
  for (let index = 0; index < many; index++) {
    writeFileSync(`${scene.logs}/part.${index}`, `${index}\n`.repeat(400));
    utimesSync(`${scene.logs}/part.${index}`, 1_700_000_000, 1_700_000_000);
  }
  assert.match(await scene.type("tierkeep approve logs"), /logs is approved/);
  return scene;
}

function framesOf(output: string): readonly string[] {
  const pieces = output.split("\r\x1b[K").slice(1);
  return pieces.filter((piece) => piece !== "" && !piece.includes("\n")).map(seen);
}
