import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { basename } from "node:path";
import { after, before, describe, test } from "node:test";
import { draft, withPlaceholders } from "./placeholders.ts";
import { type InstalledProgram, installProgram, makeScene } from "./scene.ts";
import { readScript, type Step, writeScript } from "./script.ts";

const isUpdate = process.env.TIERKEEP_UPDATE === "1";
const scripts = globSync(`${import.meta.dirname}/*.script`).sort();

// Each starts the built program many times, so three at a time; see README.md for how they read.
describe("transcripts", { concurrency: 3 }, () => {
  let program: InstalledProgram;
  before(() => {
    program = installProgram();
  });
  after(() => program[Symbol.dispose]());
  for (const file of scripts) {
    test(basename(file), async () => {
      const script = readScript(file);
      using scene = makeScene(program);
      const steps: Step[] = [];
      for (const step of script.steps) {
        const printed = withPlaceholders(step.expected, await scene.type(step.command));
        if (!isUpdate) assert.equal(printed, step.expected, `$ ${step.command}`);
        steps.push({ ...step, expected: printed === step.expected ? printed : draft(printed) });
      }
      if (isUpdate) writeScript(file, { ...script, steps });
    });
  }
});
