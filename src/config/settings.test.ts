import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import type { MoveRule } from "../moves/rule.ts";
import { type FakeMachine, fakeConfigDeps } from "./fake-deps.ts";
import { judgeConfig, type LoadResult } from "./load.ts";
import { settingsOf } from "./settings.ts";
import { tomlLines, tomlText } from "./toml-text.ts";

function shown(text: string, machine: FakeMachine = {}): string {
  const { draft } = judgeConfig({ file: "f", text }, fakeConfigDeps(machine));
  assert.ok(draft !== undefined);
  const lines = settingsOf(draft).flatMap(tomlLines);
  return lines.map((line) => `${line.text} ${line.comment}`.trim()).join("\n");
}

const text = `state_dir = "/srv/state"
[tiers.warm]
path = "/mnt/warm"
warn = "70 %"
[[move]]
name = "logs"
source = "/var/log"
to = "warm"
older_than = "168h"
exclude = ['a"b', "tab\\t"]
[[clean]]
name = "tmp"
path = "/data/tmp"
older_than = "3d"
max_delete = { files = 10, bytes = "1GiB" }
`;

test("what is shown marks defaults and resolves roots", () => {
  const lines = shown(text, { links: { "/var/log": "/data/log" } }).split("\n");
  assert.ok(lines.includes('host = "jts-1" # default'));
  assert.ok(lines.includes('runtime_dir = "/srv/state/run" # default'));
  assert.ok(lines.includes('filesystems = ["/mnt/warm"] # default'));
  assert.ok(lines.includes('source = "/var/log" # resolves to /data/log'));
  assert.ok(lines.includes('older_than = "168h"'));
});

test("what is shown can be pasted back and means the same", () => {
  const deps = fakeConfigDeps();
  const again = judgeConfig({ file: "f", text: shown(text) }, deps);
  const job = moveOf(again);
  const original = moveOf(judgeConfig({ file: "f", text }, deps));
  assert.deepEqual(job, original);
  assert.deepEqual(again.config?.tiers, judgeConfig({ file: "f", text }, deps).config?.tiers);
});

test("any printed text is read back as the same", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (value) => {
      const { draft } = judgeConfig({ file: "f", text: `[[move]]\nexclude = [${tomlText(value)}]` }, fakeConfigDeps());
      const field = draft?.moves[0]?.section.fields.exclude;
      // Empty text and control characters are no pattern; everything else comes back.
      if (field !== undefined) assert.deepEqual(field.value, [value]);
    }),
  );
});

/** Whether `settled_for` was written is the one thing that showing it changes. */
function moveOf({ config }: LoadResult): Omit<MoveRule, "settledForGiven"> {
  const [job] = config?.jobs ?? [];
  assert.ok(job?.kind === "move");
  const { settledForGiven: _, ...rest } = job;
  return rest;
}
