import assert from "node:assert/strict";
import { test } from "node:test";
import type { Placement, Placements } from "../catalog/placements.ts";
import { isWithin, type RawPath, rawPath, textOfArgument } from "../lib/raw-path.ts";
import { choosePlacements, matchPlacements, type TypedAt } from "./select.ts";

function typedAt(workingDirectory: string): TypedAt {
  return { workingDirectory, reach: { resolve: (path) => path } };
}

interface Version {
  readonly path: string;
  readonly modified?: string;
  readonly sha256?: string;
  readonly state?: Placement["state"];
}

function placement({ path, modified = "2026-01-01T00:00:00Z", sha256, state = "stored" }: Version): Placement {
  const raw = rawPath(path);
  const modifiedNs = BigInt(Date.parse(modified)) * 1_000_000n;
  const id = `run.logs.${path}@${modified}${sha256 ?? ""}`;
  return { id, path: raw, modifiedNs, sha256: sha256 ?? id, state, tier: "warm", movedAtMs: 0 } as Placement;
}

/** As the catalog has them: by path and then newest first, limited to a directory. */
function placementsOf(...versions: readonly Version[]): Placements {
  const all = versions.map(placement);
  all.sort((a, b) => Buffer.from(a.path).compare(Buffer.from(b.path)) || Number(b.modifiedNs - a.modifiedNs));
  return {
    byId: (id) => all.find((each) => each.id === id),
    anyBelow: () => false,
    rotationsOf: () => [],
    totalsBelow: () => [],
    ofPath: (path) => all.filter((each) => each.path === path),
    all: (prefix = "/" as RawPath) => all.filter((each) => isWithin(each.path, prefix)),
  };
}

const tree = placementsOf(
  { path: "/var/log/nginx/access.log.1" },
  { path: "/var/log/nginx/access.log.2" },
  { path: "/var/log/nginx/.hidden.2" },
  { path: "/var/log/app/nginx" },
  { path: "/var/logs/other.2" },
  { path: "/srv/größe/a b.2" },
);

function matched(pattern: string, workingDirectory = "/"): readonly string[] {
  return [...matchPlacements(tree, pattern, typedAt(workingDirectory))].map((each) =>
    Buffer.from(each.path, "latin1").toString(),
  );
}

test("a bare name is a file or a directory at any depth, or a glob of names", () => {
  assert.deepEqual(matched("access.log.2"), ["/var/log/nginx/access.log.2"]);
  assert.deepEqual(matched("nginx"), [
    "/var/log/app/nginx",
    "/var/log/nginx/.hidden.2",
    "/var/log/nginx/access.log.1",
    "/var/log/nginx/access.log.2",
  ]);
  assert.deepEqual(matched("*.2").length, 4);
  assert.deepEqual(matched("größe"), ["/srv/größe/a b.2"]);
  assert.deepEqual(matched("log.2"), []);
});

test("a path is a file, or a directory with all below it, and nothing that only begins alike", () => {
  assert.deepEqual(matched("/var/log/nginx/access.log.1"), ["/var/log/nginx/access.log.1"]);
  assert.equal(matched("/var/log").length, 4);
  assert.equal(matched("/var/log/").length, 4);
  assert.equal(matched("/").length, 6);
  assert.deepEqual(matched("/srv/größe/"), ["/srv/größe/a b.2"]);
});

test("a relative path is one from the working directory", () => {
  assert.deepEqual(matched("nginx/access.log.1", "/var/log"), ["/var/log/nginx/access.log.1"]);
  assert.deepEqual(matched("./access.log.1", "/var/log/nginx"), ["/var/log/nginx/access.log.1"]);
  assert.deepEqual(matched("../app/nginx", "/var/log/nginx"), ["/var/log/app/nginx"]);
  assert.equal(matched(".", "/var/log").length, 4);
  assert.equal(matched("..", "/var/log/app").length, 4);
  assert.deepEqual(matched("nginx/access.log.1", "/"), []);
});

test("a path through a symbolic link is the path that it leads to, and still its own", () => {
  const linked = placementsOf({ path: "/data/a.1" }, { path: "/log/a.1" });
  const reach = { resolve: (path: RawPath) => path.replace(/^\/log/, "/data") as RawPath };
  const paths = (pattern: string) =>
    [...matchPlacements(linked, pattern, { workingDirectory: "/", reach })].map((each) => each.path);
  assert.deepEqual(paths("/log/a.1"), ["/log/a.1", "/data/a.1"]);
  assert.deepEqual(paths("./log/*.1"), ["/log/a.1", "/data/a.1"]);
  assert.deepEqual(paths("./data"), ["/data/a.1"]);
});

test("globs of paths: a star stays in its directory, two go through all", () => {
  assert.equal(matched("/var/log/*/access.log.*").length, 2);
  assert.deepEqual(matched("/var/log/*.2"), []);
  assert.equal(matched("/var/**/*.2").length, 3);
  assert.deepEqual(matched("/var/log/nginx/access.log.[!1]"), ["/var/log/nginx/access.log.2"]);
});

test("an id is that version alone", () => {
  const [only, ...others] = matchPlacements(tree, "run.logs./var/log/app/nginx@2026-01-01T00:00:00Z", typedAt("/"));
  assert.deepEqual([only?.path, others], ["/var/log/app/nginx", []]);
});

test("M20: names of any bytes are found as the command line gives them, and by globs", () => {
  const raw = "/d/b\xff*\n.2" as RawPath;
  const odd: Placements = {
    byId: () => undefined,
    ofPath: () => [],
    anyBelow: () => false,
    rotationsOf: () => [],
    totalsBelow: () => [],
    all: () => [{ path: raw } as Placement],
  };
  for (const pattern of [textOfArgument(raw), textOfArgument("b\xff*\n.2" as RawPath), "b*.2", "/d"])
    assert.equal([...matchPlacements(odd, pattern, typedAt("/"))].length, 1, pattern);
});

test("of several versions the newest, and with --at the newest that was not younger then", () => {
  const path = "/var/log/a.1";
  const versions = placementsOf(
    { path, modified: "2026-03-01T06:25:01.500Z" },
    { path, modified: "2026-02-01T06:25:01Z" },
    { path, modified: "2026-01-01T06:25:01Z" },
  );
  const at = (time: string | undefined) => {
    const atMs = time === undefined ? undefined : Date.parse(time);
    const [chosen] = choosePlacements({ placements: versions, pattern: "a.1", atMs, ...typedAt("/") });
    return chosen === undefined ? "" : new Date(Number(chosen.modifiedNs / 1_000_000n)).toISOString().slice(0, 7);
  };
  assert.equal(at(undefined), "2026-03");
  assert.equal(at("2026-03-01T06:25:01.500Z"), "2026-03");
  assert.equal(at("2026-03-01T06:25:01.499Z"), "2026-02");
  assert.equal(at("2026-01-01T06:25:01Z"), "2026-01");
  assert.throws(() => at("2025-12-31T00:00:00Z"), { code: "NOT_FOUND", message: /no version is as old as/ });
});

test("what was removed is not chosen; the same content twice is no question; two contents are", () => {
  const path = "/a";
  const choose = (...versions: readonly Version[]) =>
    choosePlacements({ placements: placementsOf(...versions), pattern: path, atMs: undefined, ...typedAt("/") });
  const removed = { path, modified: "2026-02-01T00:00:00Z", state: "removed" } as const;
  assert.equal(choose(removed, { path })[0]?.state, "stored");
  assert.throws(() => choose(removed), { code: "NOT_FOUND" });
  assert.equal(choose({ path, sha256: "aa" }, { path, sha256: "aa" }).length, 1);
  assert.throws(() => choose({ path, sha256: "aa" }, { path, sha256: "bb" }), {
    code: "AMBIGUOUS",
    message: /2 versions of the same time\n {2}run\.logs\..*aa {2}on warm.*\n {2}run/,
  });
});

test("nothing that fits is an error that says how to look further, pasteable", () => {
  const choose = (pattern: string) => choosePlacements({ placements: tree, pattern, atMs: undefined, ...typedAt("/") });
  assert.throws(() => choose("it's"), { code: "NOT_FOUND", hint: "look further: tierkeep find '*it'\\''s*'" });
  assert.throws(() => choose("/x/*.gz"), { code: "NOT_FOUND", hint: "look further: tierkeep find /" });
});
