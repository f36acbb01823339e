import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { fakeConfigDeps } from "./fake-deps.ts";
import { judgeConfig } from "./load.ts";

const tiers = '[tiers.warm]\npath = "/mnt/warm"\n';
const move = '[[move]]\nname = "logs"\nsource = "/var/log"\nto = "warm"\nolder_than = "7d"\n';
const deps = fakeConfigDeps({ mounts: { "/mnt/warm": { fsType: "ext4", device: "8:2" } } });

const words = fc.constantFrom(
  "[",
  "]",
  "[[",
  "]]",
  "move",
  "tiers",
  "tiers.warm",
  "=",
  '"',
  "'",
  '"""',
  "{",
  "}",
  ",",
  ".",
  "\n",
  " ",
  "#",
);
const values = fc.constantFrom(
  "1",
  "-0",
  "inf",
  "1979-05-27",
  "true",
  '"7d"',
  "[1, 2]",
  "{ a = 1 }",
  "0x",
  "__proto__",
  "\u0000",
  "é",
);

test("whatever the text, loading says problems and never throws", () => {
  const soup = fc.array(fc.oneof(words, values, fc.string()), { maxLength: 30 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(
      fc.oneof(
        soup,
        soup.map((text) => tiers + move + text),
      ),
      (text) => {
        const { config, problems } = judgeConfig({ file: "f", text }, deps);
        assert.equal(
          config === undefined,
          problems.some((problem) => problem.severity === "error"),
        );
      },
    ),
    { numRuns: 300 },
  );
});

test("every unknown key is reported at its line", () => {
  const key = fc.stringMatching(/^zz[a-z_]{0,10}$/);
  fc.assert(
    fc.property(fc.uniqueArray(key, { minLength: 1, maxLength: 8 }), fc.nat(6), (keys, blankLines) => {
      const before = `${tiers}${move}${"\n".repeat(blankLines)}`;
      const first = before.split("\n").length;
      const { problems } = judgeConfig(
        { file: "f", text: before + keys.map((name) => `${name} = 1\n`).join("") },
        deps,
      );
      const expected = keys.map((name, index) => [`move.logs.${name}`, first + index, "unknown key"]);
      assert.deepEqual(
        problems.map((problem) => [problem.key, problem.line, problem.message]),
        expected,
      );
    }),
    { numRuns: 50 },
  );
});
