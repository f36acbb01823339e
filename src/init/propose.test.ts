import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { fakeConfigDeps } from "../config/fake-deps.ts";
import { judgeConfig } from "../config/load.ts";
import { problemLines } from "../config/problem-text.ts";
import { printBlocks } from "./block.ts";
import type { DatabaseFact, MachineFacts, MountFact } from "./facts.ts";
import { proposeConfig } from "./propose.ts";

function local(path: string, more: Partial<MountFact> = {}): MountFact {
  const facts = { fsType: "ext4", source: `/dev/disk${path}`, network: false, readOnly: false, rotational: undefined };
  return { path, ...facts, sizeBytes: 1e12, volume: undefined, ...more };
}

function nas(path: string, more: Partial<MountFact> = {}): MountFact {
  return local(path, { fsType: "nfs4", source: "nas.example:/export", network: true, sizeBytes: undefined, ...more });
}

function machine(more: Partial<MachineFacts>): MachineFacts {
  const facts = { host: "jts-1", mounts: [local("/")], databases: [], dockerSocket: undefined, logrotate: [] };
  return { ...facts, directories: new Set(["/var/log"]), ...more };
}

function proposed(facts: MachineFacts): string {
  return printBlocks(proposeConfig(facts));
}

function judged(facts: MachineFacts) {
  const mounts = facts.mounts.map(({ path, fsType }, index) => [path, { fsType, device: `8:${index}` }] as const);
  const deps = fakeConfigDeps({ mounts: Object.fromEntries(mounts), machineName: facts.host });
  return judgeConfig({ file: "f", text: proposed(facts) }, deps);
}

test("what can only be read is no tier to store on, however large and slow it is", () => {
  const mounts = [
    local("/"),
    local("/mnt/old", { readOnly: true, rotational: true }),
    nas("/mnt/nas", { readOnly: true }),
  ];
  const { config } = judged(machine({ mounts }));
  assert.deepEqual(
    config?.tiers.map(({ name }) => name),
    ["hot"],
  );
});

test("the brief's server gets all three tiers and every nightly job", () => {
  const facts = machine({
    mounts: [
      local("/"),
      local("/data/postgres", { source: "/dev/mapper/vg_hot-pg", volume: { group: "vg_hot", name: "pg" } }),
      local("/mnt/ssd", { rotational: false, sizeBytes: 9e12 }),
      local("/mnt/warm", { rotational: true }),
      nas("/mnt/nas"),
    ],
    databases: [{ engine: "postgresql", dataDirectory: "/data/postgres" }],
    dockerSocket: "/var/run/docker.sock",
    directories: new Set(["/var/log", "/mnt/warm/backups", "/data/processing/tmp"]),
  });
  const { config, problems } = judged(facts);
  assert.deepEqual(problemLines(problems), []);
  assert.deepEqual(
    config?.tiers.map(({ name, path, volumeGroup, server }) => [name, path, volumeGroup, server?.host]),
    [
      ["hot", undefined, "vg_hot", undefined],
      ["warm", "/mnt/warm", undefined, undefined],
      ["cold", "/mnt/nas", undefined, "nas.example"],
    ],
  );
  assert.deepEqual(
    config?.jobs.map(({ name }) => name),
    ["logs", "backups", "scratch", "docker"],
  );
  const text = proposed(facts);
  assert.match(text, /# \[\[snapshot\]\]\n# name = "postgresql"\n# volume = "vg_hot\/pg"\n# size = "5GiB"/);
});

test("one disk alone still gives a file that can be used, and says what is missing", () => {
  const { config, problems } = judged(machine({}));
  assert.deepEqual(problems, []);
  assert.deepEqual(
    config?.tiers.map(({ name }) => name),
    ["hot"],
  );
  assert.deepEqual(config?.jobs, []);
  assert.match(proposed(machine({})), /No second disk was found/);
});

test("logs go before logrotate deletes them", () => {
  const rule = {
    patterns: ["/var/log/app/*.log"],
    frequency: "daily" as const,
    bySize: false,
    rotate: 6,
    maxAgeDays: undefined,
    dateExtension: false,
    compress: true,
    oldDirectory: undefined,
    from: "/etc/logrotate.conf",
  };
  const text = proposed(machine({ mounts: [local("/"), local("/mnt/warm")], logrotate: [rule] }));
  assert.match(text, /older_than = "2d"/);
  assert.match(text, /logrotate deletes some at 6 days \(daily, rotate 6\)/);
});

const mountPoint = fc.constantFrom(
  ...["/boot", "/home", "/mnt", "/mnt/warm", "/mnt/nas", "/data", "/data/postgres", "/srv", "/var", "/scratch"],
  ..."/a b,/o'\"q,/tab\tin".split(","),
);

const mount = fc
  .record({
    path: mountPoint,
    isNetwork: fc.boolean(),
    fsType: fc.constantFrom("ext4", "xfs", "btrfs"),
    source: fc.constantFrom("/dev/sda1", "/dev/mapper/vg-lv", "nas:/x", "[fe80::1]:/x", "//nas/share", "odd"),
    rotational: fc.constantFrom(true, false, undefined),
    sizeBytes: fc.nat(),
    group: fc.constantFrom(undefined, "vg", "vg_hot"),
  })
  .map(({ path, isNetwork, group, ...more }) =>
    isNetwork
      ? nas(path, { source: more.source })
      : local(path, { ...more, volume: group === undefined ? undefined : { group, name: "lv" } }),
  );

const database = fc.record<DatabaseFact>({
  engine: fc.constantFrom("postgresql", "clickhouse", "mongodb"),
  dataDirectory: fc.constantFrom("/data/postgres", "/var/lib/mongodb", "/mnt/warm/db"),
});

const anyMachine = fc.record<MachineFacts>({
  host: fc.string(),
  mounts: fc
    .uniqueArray(mount, { selector: ({ path }) => path, maxLength: 6 })
    .map((mounts) => [local("/"), ...mounts]),
  databases: fc.uniqueArray(database, { selector: ({ engine }) => engine }),
  dockerSocket: fc.constantFrom(undefined, "/var/run/docker.sock"),
  logrotate: fc.constant([]),
  directories: fc
    .subarray(["/var/log", "/scratch", "/data/tmp", "/data/processing/tmp", "/mnt/warm/backups", "/mnt/backups"])
    .map((paths) => new Set(paths)),
});

test("whatever a machine has, the proposal is a configuration without errors", () => {
  fc.assert(
    fc.property(anyMachine, (facts) => {
      const { config, problems } = judged(facts);
      assert.ok(config !== undefined, `${problemLines(problems).join("\n")}\n${proposed(facts)}`);
    }),
  );
});
