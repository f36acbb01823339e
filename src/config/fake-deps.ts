import type { ConfigDeps, MountFacts } from "./deps.ts";

interface FakeMount {
  readonly fsType: string;
  readonly device: string;
  /** `relatime` unless said. */
  readonly options?: readonly string[];
}

/** The machine that a test describes; what it doesn't mention isn't there. */
export interface FakeMachine {
  readonly files?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  /** By mount point; `/` is ext4 on 8:1 unless said. */
  readonly mounts?: Readonly<Record<string, FakeMount>>;
  readonly hanging?: readonly string[];
  readonly machineName?: string;
}

/** A pure stand-in for `realConfigDeps` in tests. */
export function fakeConfigDeps(machine: FakeMachine = {}): ConfigDeps {
  const files = machine.files ?? {};
  return {
    readText: (path) => files[path] ?? fail("ENOENT"),
    listNames: (directory) => {
      const names = Object.keys(files).filter((path) => path.slice(0, path.lastIndexOf("/")) === directory);
      return names.length === 0 ? fail("ENOENT") : names.map((path) => path.slice(directory.length + 1)).sort();
    },
    readLink: (path) => machine.links?.[path],
    mountOf: (path) => mountAt(machine, path),
    mayHang: (path) => machine.hanging?.some((root) => path === root || path.startsWith(`${root}/`)) ?? false,
    machineName: () => machine.machineName ?? "jts-1",
  };
}

function mountAt(machine: FakeMachine, path: string): MountFacts {
  const mounts: Readonly<Record<string, FakeMount>> = { "/": { fsType: "ext4", device: "8:1" }, ...machine.mounts };
  const points = Object.entries(mounts).sort(([left], [right]) => right.length - left.length);
  for (const [point, mount] of points) {
    if (point === "/" || path === point || path.startsWith(`${point}/`)) {
      return { options: ["rw", "relatime"], ...mount, mountPoint: point as MountFacts["mountPoint"] };
    }
  }
  return fail("ENOENT");
}

function fail(code: string): never {
  throw Object.assign(new Error(code), { code });
}
