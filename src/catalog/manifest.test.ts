import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bytesOf, type RawPath } from "../lib/raw-path.ts";
import { type FileFacts, parseFacts, printFacts } from "./facts.ts";
import { type ManifestLine, manifestPath, printManifestLine } from "./manifest.ts";
import { parseManifestLine } from "./manifest-parse.ts";

const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
const id = fc.stringMatching(/^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{4}\.[a-z-]{1,20}\.[0-9]{1,6}$/);
const byte = fc.integer({ min: 1, max: 255 });
const anyPath = fc
  .oneof(
    fc.array(byte, { minLength: 1, maxLength: 60 }).map((codes) => String.fromCharCode(...codes)),
    fc.string({ unit: "binary", minLength: 1 }).map((text) => Buffer.from(text, "utf8").toString("latin1")),
    fc.constantFrom("a\nb", '"', "\\", "\xe2\x80\xa8", "\xef\xbb\xbfbom", "\xed\xa0\x80", "\xff"),
  )
  .map((path) => `/${path}` as RawPath);
const facts: fc.Arbitrary<FileFacts> = fc.record(
  {
    accessedNs: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }).map(String),
    uid: fc.nat(2 ** 32 - 1),
    gid: fc.nat(2 ** 32 - 1),
    user: fc.string({ minLength: 1 }),
    group: fc.string({ minLength: 1 }),
    mode: fc.nat(0o7777),
    xattrs: fc.dictionary(fc.stringMatching(/^user\.[a-z"\\.]{1,10}$/), fc.base64String(), {
      minKeys: 1,
      noNullPrototype: true,
    }),
    holes: fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1 }),
  },
  { requiredKeys: ["accessedNs", "uid", "gid", "mode"], noNullPrototype: true },
);
const atMs = fc.integer({ min: 0, max: 4_102_444_800_000 });
const stored = fc.record(
  {
    fact: fc.constant("stored" as const),
    id,
    atMs,
    host: fc.constantFrom("jts-1", "h\u00f6st"),
    job: fc.constantFrom("logs", "a-b"),
    tier: fc.constantFrom("warm", "cold"),
    path: anyPath,
    storedAs: anyPath,
    modifiedNs: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
    sizeBytes: fc.nat(Number.MAX_SAFE_INTEGER),
    storedBytes: fc.nat(Number.MAX_SAFE_INTEGER),
    sha256: hex,
    storedSha256: hex,
    compression: fc.constantFrom("zstd" as const, "gzip" as const, "none" as const),
    facts: facts.map(printFacts),
    linkGroup: fc.option(id, { nil: undefined }),
  },
  { noNullPrototype: true },
);
const withdrawn = fc.record(
  { fact: fc.constant("withdrawn" as const), id, atMs, reason: fc.string() },
  { noNullPrototype: true },
);
const removed = fc.record(
  { fact: fc.constant("removed" as const), id, atMs, reason: fc.string() },
  { noNullPrototype: true },
);
const movedOn = fc.record(
  { fact: fc.constant("moved-on" as const), id, atMs, to: fc.constantFrom("warm", "cold") },
  { noNullPrototype: true },
);
const line: fc.Arbitrary<ManifestLine> = fc.oneof(stored, withdrawn, removed, movedOn);

test("parse∘print is the identity: facts and manifest lines of any names, times and sizes", () => {
  fc.assert(fc.property(facts, (each) => assert.deepEqual(parseFacts(printFacts(each)), each)));
  fc.assert(
    fc.property(line, (each) => {
      assert.deepEqual(parseManifestLine(printManifestLine(each).trimEnd()), each);
    }),
  );
});

test("each line is one line of JSON, valid for any reader, with its name in text and, where it is none, in base64", () => {
  fc.assert(
    fc.property(stored, (each) => {
      const text = printManifestLine(each);
      assert.equal(text.indexOf("\n"), text.length - 1);
      assert.ok(Buffer.from(text, "utf8").toString("utf8") === text);
      const json = JSON.parse(text) as { path: string; pathBase64?: string; mode: string };
      const bytes = Buffer.from(json.pathBase64 ?? Buffer.from(json.path, "utf8").toString("base64"), "base64");
      assert.ok(bytes.equals(bytesOf(each.path)));
      assert.match(json.mode, /^[0-7]{4}$/);
    }),
  );
});

test("a line that is cut off anywhere, or that a disk has changed, is torn and never half a fact", () => {
  fc.assert(
    fc.property(line, fc.nat(), (each, cut) => {
      const whole = printManifestLine(each).trimEnd();
      assert.equal(parseManifestLine(whole.slice(0, cut % whole.length)), "torn");
    }),
  );
  fc.assert(
    fc.property(stored, fc.nat(), (each, at) => {
      const json = JSON.parse(printManifestLine(each)) as Record<string, unknown>;
      const needed = Object.keys(json).filter((key) => !/^(user|group|xattrs|holes|linkGroup|.*Base64)$/.test(key));
      delete json[needed[at % needed.length] ?? ""];
      assert.equal(parseManifestLine(JSON.stringify(json)), "torn");
    }),
  );
  for (const text of ["", "null", "17", '"text"', "[]", "{}"]) assert.equal(parseManifestLine(text), "torn", text);
});

test("a fact of a newer version is known to be one", () => {
  assert.equal(parseManifestLine('{"fact":"hold","id":"x","at":"2026-11-23T04:15:00.000Z"}'), "unknown");
});

test("a run's manifest lies below its host, year and month", () => {
  const run = "20261123T041500Z-7f3a";
  assert.equal(manifestPath("jts-1", run), `.tierkeep/manifests/jts-1/2026/11/${run}.jsonl`);
});
