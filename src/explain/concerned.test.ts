import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { rawPath } from "../lib/raw-path.ts";
import { concernedBy, nearestJob, pathFrom } from "./concerned.ts";

const trees = [
  { name: "logs", root: rawPath("/var/log") },
  { name: "backups", root: rawPath("/mnt/warm/backups") },
  { name: "tmp", root: rawPath("/var/tmp") },
];

describe("which jobs a path concerns", () => {
  const names = (path: string) => concernedBy(rawPath(path), trees).map(({ name }) => name);

  test("those whose tree it lies in, and those whose tree lies in it", () => {
    assert.deepEqual(names("/var/log/nginx/access.log.1"), ["logs"]);
    assert.deepEqual(names("/var/log"), ["logs"]);
    assert.deepEqual(names("/var"), ["logs", "tmp"]);
    assert.deepEqual(names("/"), ["logs", "backups", "tmp"]);
    assert.deepEqual(names("/var/logs"), []);
  });

  test("a tree around it comes before one within it, whatever the order of the configuration", () => {
    const nested = [
      { name: "inner", root: rawPath("/data/scratch/kept") },
      { name: "outer", root: rawPath("/data") },
    ];
    const found = concernedBy(rawPath("/data/scratch"), nested);
    assert.deepEqual(
      found.map(({ name }) => name),
      ["outer", "inner"],
    );
  });

  test("the nearest is the one that shares the most of the path; the first of several", () => {
    assert.equal(nearestJob(rawPath("/var/lib/app/data"), trees)?.name, "logs");
    assert.equal(nearestJob(rawPath("/mnt/warm/other"), trees)?.name, "backups");
    assert.equal(nearestJob(rawPath("/home"), trees)?.name, "logs");
    assert.equal(nearestJob(rawPath("/home"), []), undefined);
  });

  test("a path is told from the root of its tree", () => {
    const log = rawPath("/var/log");
    assert.equal(pathFrom(log, rawPath("/var/log/nginx/a.1")), "nginx/a.1");
    assert.equal(pathFrom(rawPath("/"), rawPath("/etc/x")), "etc/x");
    assert.equal(pathFrom(log, log), "");
    assert.equal(pathFrom(log, rawPath("/var")), "");
  });
});
