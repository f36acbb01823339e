import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import test from "node:test";
import fc from "fast-check";
import { bytesOf, rawPath, rawPathOfBytes } from "./raw-path.ts";
import { shellQuote } from "./shell-quote.ts";

test("plain names stay as they are, others get the simplest quotes", () => {
  assert.equal(shellQuote(rawPath("/var/log/app.log-2026.gz")), "/var/log/app.log-2026.gz");
  assert.equal(shellQuote(rawPath("a b")), "'a b'");
  assert.equal(shellQuote(rawPath("it's")), "'it'\\''s'");
  assert.equal(shellQuote(rawPath("a\nb")), "$'a\\nb'");
});

test("M20: what is printed can be pasted into bash, whatever the bytes", () => {
  const name = fc.uint8Array({ minLength: 1, maxLength: 40 }).map((bytes) => bytes.map((byte) => byte || 1));
  const names = fc.sample(
    fc.oneof(
      name,
      fc.string({ unit: "binary", minLength: 1 }).map((text) => Buffer.from(text.replaceAll("\0", "x"))),
    ),
    {
      numRuns: 300,
      seed: 3,
    },
  );
  const quoted = names.map((bytes) => shellQuote(rawPathOfBytes(bytes)));
  const printed = execFileSync("bash", ["-c", `printf '%s\\0' ${quoted.join(" ")}`], { env: { LC_ALL: "C" } });
  const expected = Buffer.concat(
    names.map((bytes) => Buffer.concat([bytesOf(rawPathOfBytes(bytes)), Buffer.from([0])])),
  );
  assert.ok(printed.equals(expected));
});
