import assert from "node:assert/strict";
import { linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { openPlace, type Place } from "../../test/support/place.ts";
import { type Visitor, walk } from "./walk.ts";

test("every file is visited once, by its path from the root, with what statx tells of it", () => {
  using place = openPlace("walk");
  for (const path of ["a", "d/b", "d/e/c", "d/e/f/g"]) plant(place, path);
  linkSync(`${place.path}/a`, `${place.path}/d/a-too`);
  symlinkSync("d", `${place.path}/link`);
  const sizes = new Map<string, number>();
  const seen = visit(place, { file: (path, stat) => void sizes.set(path, stat.sizeBytes) });
  assert.deepEqual(seen.files, ["a", "d/a-too", "d/b", "d/e/c", "d/e/f/g", "link"]);
  assert.equal(sizes.get("d/e/f/g"), "d/e/f/g".length);
  assert.deepEqual(seen.entered, ["", "d", "d/e", "d/e/f"]);
});

test("a directory that is not entered hides all below it, and nothing else", () => {
  using place = openPlace("walk");
  for (const path of ["a", "d/b", "d/e/c", "x/y"]) plant(place, path);
  const seen = visit(place, { enter: ({ path }) => path !== "d" });
  assert.deepEqual(seen.files, ["a", "x/y"]);
  assert.deepEqual(visit(place, { enter: () => false }).files, []);
});

test("M22: what vanishes while the tree is read is passed over", () => {
  using place = openPlace("walk");
  for (const path of ["a", "d/b", "d/e/c"]) plant(place, path);
  const seen = visit(place, {
    enter: ({ path }) => {
      if (path === "") rmSync(`${place.path}/a`);
      if (path === "d") rmSync(`${place.path}/d/e`, { recursive: true });
      return true;
    },
  });
  assert.deepEqual([seen.files, seen.unreadable], [["d/b"], []]);
});

test("M24: a directory that became a link after it was listed is not followed", () => {
  using place = openPlace("walk");
  for (const path of ["inner/d/b", "outside/secret"]) plant(place, path);
  const seen = visit(place, {
    enter: ({ path }) => {
      if (path !== "inner") return true;
      rmSync(`${place.path}/inner/d`, { recursive: true });
      symlinkSync(`${place.path}/outside`, `${place.path}/inner/d`);
      return true;
    },
  });
  assert.deepEqual([seen.files, seen.unreadable], [["outside/secret"], []]);
});

const name = fc
  .array(
    fc.integer({ min: 1, max: 255 }).filter((code) => code !== 0x2f),
    { minLength: 1, maxLength: 12 },
  )
  .map((codes) => String.fromCharCode(...codes))
  .filter((each) => each !== "." && each !== "..");

test("M20: a tree of any names is read as it is", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.array(name, { minLength: 1, maxLength: 4 }), { maxLength: 15, selector: ([first]) => first }),
      (paths) => {
        using place = openPlace("walk");
        for (const path of paths) plant(place, path.join("/"));
        assert.deepEqual(visit(place, {}).files, paths.map((path) => path.join("/")).toSorted());
      },
    ),
    { numRuns: 25 },
  );
});

interface Seen {
  readonly files: readonly string[];
  readonly entered: readonly string[];
  readonly unreadable: readonly string[];
}

function visit(place: Place, some: Partial<Visitor>): Seen {
  const [files, entered, unreadable]: [string[], string[], string[]] = [[], [], []];
  walk(place.fd, {
    enter: (directory) => {
      entered.push(directory.path);
      return some.enter?.(directory) ?? true;
    },
    file: (path, stat, directory) => {
      files.push(path);
      some.file?.(path, stat, directory);
    },
    otherFileSystem: (path) => void unreadable.push(path),
    unreadable: (path) => void unreadable.push(path),
  });
  return { files: files.toSorted(), entered: entered.toSorted(), unreadable };
}

/** A file whose content is its path, in `latin1`; its directories are made. */
function plant(place: Place, path: string): void {
  const parts = path.split("/");
  for (let depth = 1; depth < parts.length; depth++)
    mkdirSync(bytes(place, parts.slice(0, depth).join("/")), { recursive: true });
  writeFileSync(bytes(place, path), path, "latin1");
}

function bytes(place: Place, path: string): Buffer {
  return Buffer.from(`${place.path}/${path}`, "latin1");
}
