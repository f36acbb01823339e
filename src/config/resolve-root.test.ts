import assert from "node:assert/strict";
import test from "node:test";
import { fakeConfigDeps } from "./fake-deps.ts";
import { resolveRoot } from "./resolve-root.ts";

test("links are resolved, relative ones and chains too", () => {
  const deps = fakeConfigDeps({ links: { "/var/log": "../data/./log", "/data": "/srv/disk1", "/loop": "loop" } });
  assert.equal(resolveRoot("/var/log/nginx", deps), "/srv/disk1/log/nginx");
  assert.equal(resolveRoot("/", deps), "/");
  assert.equal(resolveRoot("/loop/a", deps), "/loop/a");
});

test("C1: a path that may hang is not looked at", () => {
  const machine = fakeConfigDeps({ hanging: ["/mnt/nas"], links: { "/mnt/link": "/mnt/nas" } });
  const deps = {
    ...machine,
    readLink: (path: string) => {
      assert.ok(!path.startsWith("/mnt/nas"), `looked at ${path}`);
      return machine.readLink(path);
    },
  };
  assert.equal(resolveRoot("/mnt/nas/backups", deps), "/mnt/nas/backups");
  assert.equal(resolveRoot("/mnt/link/a/b", deps), "/mnt/nas/a/b");
});
