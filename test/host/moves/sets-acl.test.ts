import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { mountBindfs } from "../../support/bindfs.ts";
import { mountLoop, needsRoot } from "../../support/loop-mount.ts";
import { scratch } from "../../support/scratch.ts";
import { oldFile } from "./files.ts";
import { openScene } from "./scene.ts";
import { ageTree, setRule } from "./set-files.ts";

const skip = needsRoot;

/** Directories with what a shared folder has, and files that inherited it and that did not. */
function makeShared(set: string): void {
  for (const name of ["plain", "shared/inner", "group", "closed"]) mkdirSync(`${set}/${name}`, { recursive: true });
  setAcl(`${set}/shared`, "-m", "u:1234:rwx,g:4321:rx,d:u:1234:rwx,d:g:4321:rx,d:o::---");
  chownSync(`${set}/group`, 1001, 1002);
  chmodSync(`${set}/group`, 0o2775);
  setAcl(`${set}/closed`, "-m", "u:1234:---,m::r");
  execFileSync("setfattr", ["-n", "user.note", "-v", "hello", `${set}/closed`]);
  for (const path of ["plain/a", "shared/inherited", "shared/bare", "shared/inner/a", "group/theirs", "group/ours"])
    oldFile(`${set}/${path}`, path);
  for (const path of ["shared/bare", "shared/inner"]) setAcl(`${set}/${path}`, "-b");
  chownSync(`${set}/group/ours`, 0, 0);
  chmodSync(`${set}/shared/bare`, 0o640);
  ageTree(set, 40);
}

for (const [tier, ways] of Object.entries({
  "that holds everything": undefined,
  "that holds neither owners nor attributes": ["--chown-deny", "--chmod-deny", "--xattr-none"],
})) {
  test(`M15: ACLs, default ACLs and setgid of a set's directories come back from a tier ${tier}`, {
    skip,
  }, async () => {
    await using fs = await mountLoop({ type: "ext4", sizeMiB: 32 });
    await using warm = await mountLoop({ type: "ext4", sizeMiB: 32 });
    await using fuse = ways === undefined ? undefined : await mountBindfs(warm.path, ways);
    makeShared(`${fs.path}/hot/set`);
    const before = everything(`${fs.path}/hot/set`);
    using scene = openScene({ source: `${fs.path}/hot`, tier: fuse?.path ?? warm.path, rule: setRule });
    assert.deepEqual((await scene.run()).results, { set: "moved" });
    assert.deepEqual(readdirSync(scene.source), []);
    await scene.restore(`${fs.path}/hot/set`);
    assert.equal(everything(`${fs.path}/hot/set`), before);
  });
}

test("M15, M33: what comes back inherits nothing from the directory that it comes back to", { skip }, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 32 });
  using dir = scratch("acl");
  makeShared(`${fs.path}/hot/set`);
  const before = everything(`${fs.path}/hot/set`);
  using scene = openScene({ source: `${fs.path}/hot`, tier: dir.path, rule: setRule });
  await scene.run();
  setAcl(scene.source, "-m", "d:u:2000:rwx,d:g:2000:rwx");
  chmodSync(scene.source, 0o2755);
  await scene.restore(`${fs.path}/hot/set`);
  assert.equal(everything(`${fs.path}/hot/set`), before);
});

test("M33: on a tier with a default ACL nobody gains what he had not at the source", { skip }, async () => {
  await using fs = await mountLoop({ type: "ext4", sizeMiB: 32 });
  await using warm = await mountLoop({ type: "ext4", sizeMiB: 32 });
  makeShared(`${fs.path}/hot/set`);
  setAcl(warm.path, "-m", "d:u:2000:rwx,d:g:2000:rwx");
  using scene = openScene({ source: `${fs.path}/hot`, tier: warm.path, rule: setRule });
  await scene.run();
  const acls = execFileSync("getfacl", ["-R", "-n", "jts-1/logs/set"], { cwd: scene.tier, encoding: "utf8" });
  assert.match(acls, /^user:1234:/m);
  assert.doesNotMatch(acls, /2000/);
});

function setAcl(path: string, ...args: readonly string[]): void {
  execFileSync("setfacl", [...args, path]);
}

/** Mode, owner, time, ACLs and attributes of a tree. */
function everything(root: string): string {
  const at = { cwd: root, encoding: "utf8" } as const;
  const stats = execFileSync("find", [".", "-printf", "%p %m %U %G %TY-%Tm-%TdT%TT\n"], at);
  const attributes = execFileSync("getfattr", ["-R", "-d", "-m", "-", "-e", "hex", "."], at);
  return `${stats.split("\n").toSorted().join("\n")}\n${attributes.trim().split("\n\n").toSorted().join("\n\n")}`;
}
