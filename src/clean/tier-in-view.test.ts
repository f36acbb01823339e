import assert from "node:assert/strict";
import { test } from "node:test";
import { rawPath } from "../lib/raw-path.ts";
import { parseMountinfo } from "../tiers/mounts.ts";
import { tierInView } from "./tier-in-view.ts";

const mounts = parseMountinfo(
  [
    "1 1 8:1 / / rw - ext4 /dev/sda1 rw",
    "2 1 8:2 / /warm rw - ext4 /dev/sdb1 rw",
    "3 1 8:2 /jts-1/logs /scratch/stored rw - ext4 /dev/sdb1 rw",
    "4 1 8:2 / /scratch/whole rw - ext4 /dev/sdb1 rw",
    "5 1 8:1 /srv /scratch/srv rw - ext4 /dev/sda1 rw",
    "6 1 8:3 / /scratch/own rw - ext4 /dev/sdc1 rw",
  ].join("\n"),
);
const inView = (path: string) => tierInView({ path: rawPath(path), mounts }, ["/warm", "/srv/tier"]);

test("D8: what a tier has stored is no scratch, through whatever mount it is seen", () => {
  assert.equal(inView("/scratch/stored"), "/warm");
  assert.equal(inView("/scratch/stored/app"), "/warm");
  assert.equal(inView("/scratch/whole"), "/warm");
  assert.equal(inView("/scratch/srv"), "/srv/tier", "it contains the tier");
  assert.equal(inView("/scratch/srv/tier/jts-1"), "/srv/tier");
});

test("D8: scratch beside a tier, and in it by its own path, is left to the other checks", () => {
  for (const path of ["/scratch", "/scratch/own", "/scratch/srv/else", "/tmp/x", "/warm/scratch"])
    assert.equal(inView(path), undefined, path);
});
