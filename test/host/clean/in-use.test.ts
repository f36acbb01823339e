import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { mountBindfs } from "../../support/bindfs.ts";
import { mountLoop, needsRoot } from "../../support/loop-mount.ts";
import { mountTmpfs } from "../../support/tmpfs-mount.ts";
import { openCleanScene, results } from "./scene.ts";

/** A Python process that says when it is ready and holds what it has until the test ends. */
async function holder(
  script: string,
  ...prefix: readonly string[]
): Promise<AsyncDisposable & { child: ChildProcess }> {
  const code = `import socket, os, fcntl, mmap, sys, time\n${script}\nprint("ready", flush=True)\ntime.sleep(600)`;
  const [command = "python3", ...args] = [...prefix, "python3", "-c", code];
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return {
    child,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

const places = {
  tmpfs: () => mountTmpfs({ sizeMiB: 16 }),
  ext4: () => mountLoop({ type: "ext4", sizeMiB: 64 }),
  xfs: () => mountLoop({ type: "xfs", sizeMiB: 64 }),
  fuse: async () => {
    const below = await mountTmpfs({ sizeMiB: 16 });
    const above = await mountBindfs(below.path);
    return {
      path: above.path,
      [Symbol.asyncDispose]: async () => {
        await above[Symbol.asyncDispose]();
        await below[Symbol.asyncDispose]();
      },
    };
  },
};

for (const [name, mount] of Object.entries(places)) {
  test(`D4: on ${name}, what somebody has open, even to read, mapped or locked stays`, {
    skip: needsRoot,
  }, async () => {
    await using place = await mount();
    const path = `${place.path}/scratch`;
    mkdirSync(path);
    using scene = openCleanScene(path);
    const names = ["read", "written", "mapped", "locked", "ranged", "free"];
    for (const file of names) writeFileSync(`${path}/${file}`, "content");
    mkdirSync(`${path}/guarded`);
    writeFileSync(`${path}/guarded/inside`, "x");
    await using _holder = await holder(`
os.chdir("${path}")
r = open("read", "rb"); w = open("written", "ab")
m = open("mapped", "rb"); kept = mmap.mmap(m.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_READ); m.close()
l = open("locked", "rb"); fcntl.flock(l, fcntl.LOCK_SH)
p = open("ranged", "r+b"); fcntl.lockf(p, fcntl.LOCK_EX, 1, 3)
d = os.open("guarded", os.O_RDONLY); fcntl.flock(d, fcntl.LOCK_SH); os.chdir("/")`);
    const { due, kept } = await scene.plan();
    assert.deepEqual(
      { due, ...kept },
      {
        due: ["free"],
        "in-use": ["guarded", "locked", "mapped", "ranged", "read", "written"],
      },
    );
  });
}

test("D4: what is opened between plan and deed stays", async () => {
  using scene = openCleanScene();
  for (const name of ["opened", "free"]) writeFileSync(`${scene.path}/${name}`, "x");
  let fd = -1;
  const outcomes = await scene.run({
    beforeApply: () => {
      fd = openSync(`${scene.path}/opened`, "r");
    },
  });
  closeSync(fd);
  assert.deepEqual(results(outcomes), { opened: "in-use", free: "cleaned" });
});

test("D3: live sockets stay, in whatever network namespace and of whatever type; dead ones go", {
  skip: needsRoot,
}, async () => {
  using scene = openCleanScene();
  const bind = (type: string, name: string, listen: boolean) => `
s_${name} = socket.socket(socket.AF_UNIX, socket.SOCK_${type}); s_${name}.bind("${scene.path}/${name}")
${listen ? `s_${name}.listen(1)` : ""}`;
  const all = `${bind("STREAM", "listening", true)}${bind("STREAM", "bound", false)}${bind("DGRAM", "datagram", false)}`;
  const sockets = `${all}${bind("SEQPACKET", "packets", true)}${bind("SEQPACKET", "quiet", false)}`;
  {
    await using _here = await holder(sockets);
    const { due, kept } = await scene.plan();
    assert.deepEqual(due, []);
    assert.deepEqual(kept, { "live-socket": ["bound", "datagram", "listening", "packets", "quiet"] });
  }
  assert.equal((await scene.plan()).due.length, 5, "their process has ended");
  await scene.run();
  assert.deepEqual(scene.left(), []);
  await using _elsewhere = await holder(sockets, "unshare", "--net", "--mount");
  assert.equal((await scene.plan()).kept["live-socket"]?.length, 5);
});

test("D3: a socket that nobody answers a probe of is none the wiser", async () => {
  using scene = openCleanScene();
  await using server = await holder(`
s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM); s.bind("${scene.path}/s"); s.listen(5); s.settimeout(1)
d = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); d.bind("${scene.path}/d"); d.setblocking(False)
import threading
def look():
    time.sleep(0.5)
    for each in (s.accept, lambda: d.recv(1)):
        try: each(); print("heard", flush=True)
        except OSError: print("nothing", flush=True)
threading.Thread(target=look, daemon=True).start()`);
  const heard: string[] = [];
  server.child.stdout?.on("data", (chunk: Buffer) =>
    heard.push(
      ...chunk
        .toString()
        .split("\n")
        .filter((line) => line !== ""),
    ),
  );
  for (let time = 0; time < 20; time++) await scene.plan();
  while (heard.length < 2) await once(server.child.stdout ?? process.stdin, "data");
  assert.deepEqual(heard, ["nothing", "nothing"]);
});

test("D4: a FIFO that is open, or that somebody waits at, stays", async () => {
  using scene = openCleanScene();
  for (const name of ["open", "dead"]) execFileSync("mkfifo", [`${scene.path}/${name}`]);
  {
    await using _holder = await holder(`f = os.open("${scene.path}/open", os.O_RDWR)`);
    assert.deepEqual((await scene.plan()).kept, { "in-use": ["open"] });
  }
  const waiting = spawn("cat", [`${scene.path}/dead`], { stdio: "ignore" });
  try {
    const blocked = () => execFileSync("cat", [`/proc/${waiting.pid}/wchan`], { encoding: "utf8" });
    while (blocked() !== "wait_for_partner") execFileSync("true");
    assert.deepEqual((await scene.plan()).kept, { "in-use": ["dead", "open"] });
  } finally {
    waiting.kill("SIGKILL");
    await once(waiting, "exit");
  }
  assert.deepEqual((await scene.plan()).due, ["dead", "open"]);
});
