import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { closeFd, open, openRoot } from "../../src/host/posix.ts";
import { type RawPath, rawPath } from "../../src/lib/raw-path.ts";
import { probeCapabilities } from "../../src/tiers/capabilities.ts";
import { publishByLink, publishFile } from "../../src/tiers/publish.ts";
import type { Capabilities } from "../../src/tiers/tier.ts";

/** What every tier must do, whatever its file system; `path` is an empty directory on it. Returns what it can. */
export function checkTierDirectory(path: string): Capabilities {
  mkdirSync(`${path}/staging`, { mode: 0o700 });
  using staging = directory(`${path}/staging`);
  const capabilities = probeCapabilities(staging.fd);
  assert.deepEqual(readdirSync(`${path}/staging`), [], "the probe leaves nothing behind");
  using root = directory(path);
  checkPublish({ path, staging: staging.fd, root: root.fd }, capabilities);
  checkNames(path, capabilities);
  return capabilities;
}

interface Place {
  readonly path: string;
  readonly staging: number;
  readonly root: number;
}

/** Publishing puts content under a fresh name and never replaces, whichever way the tier needs. */
function checkPublish(place: Place, capabilities: Capabilities): void {
  const publish = capabilities.publish === "link-unlink" ? publishByLink : publishFile;
  stage(place, "one");
  publish(at(place.staging, "one"), at(place.root, "kept"));
  assert.equal(readFileSync(`${place.path}/kept`, "utf8"), "one");
  stage(place, "two");
  assert.throws(() => publish(at(place.staging, "two"), at(place.root, "kept")), { code: "EEXIST" });
  assert.equal(readFileSync(`${place.path}/kept`, "utf8"), "one", "never replaced");
  assert.equal(readFileSync(`${place.path}/staging/two`, "utf8"), "two", "the refused file stays staged");
  assert.deepEqual(readdirSync(`${place.path}/staging`), ["two"]);
}

function checkNames(path: string, { nameMaxBytes, byteNames }: Capabilities): void {
  const longest = `${path}/${"x".repeat(nameMaxBytes)}`;
  writeFileSync(longest, "");
  assert.ok(statSync(longest).isFile());
  assert.throws(() => writeFileSync(`${longest}x`, ""), { code: "ENAMETOOLONG" });
  if (!byteNames) return;
  const strange = Buffer.concat([Buffer.from(`${path}/`), Buffer.from([0xff, 0x0a, 0x80])]);
  writeFileSync(strange, "");
  assert.ok(statSync(strange).isFile());
}

function stage(place: Place, name: string): void {
  writeFileSync(`${place.path}/staging/${name}`, name);
}

function at(fd: number, name: string): { readonly directory: number; readonly name: RawPath } {
  return { directory: fd, name: rawPath(name) };
}

function directory(path: string): Disposable & { readonly fd: number } {
  const fd = openRoot(rawPath(path), open.O_RDONLY | open.O_DIRECTORY);
  return { fd, [Symbol.dispose]: () => closeFd(fd) };
}
