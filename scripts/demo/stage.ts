import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where the demo plays: a scratch folder with three tiers in it, and nothing outside. */
export interface Stage {
  readonly root: string;
  readonly hot: string;
  readonly warm: string;
  readonly cold: string;
  /** `ext4`, `xfs`, or `directory`. */
  readonly types: Readonly<Record<TierName, string>>;
  /** Why there are directories where file systems could be. */
  readonly whyDirectories: string | undefined;
  /** Unmounts and deletes everything; may be called again. */
  readonly clear: () => void;
}

export type TierName = "hot" | "warm" | "cold";

const sizes: Readonly<Record<TierName, number>> = { hot: 400, warm: 320, cold: 320 };
const wanted: Readonly<Record<TierName, readonly string[]>> = { hot: ["ext4"], warm: ["xfs", "ext4"], cold: ["ext4"] };

export function setStage(): Stage {
  const root = mkdtempSync(join(realpathSync(tmpdir()), "tierkeep-demo-"));
  const place = { root, hot: `${root}/hot`, warm: `${root}/warm`, cold: `${root}/cold` };
  const clear = () => clearStage(root);
  try {
    for (const name of ["hot", "warm", "cold"] as const) mkdirSync(place[name]);
    const types = { hot: "directory", warm: "directory", cold: "directory" };
    const whyDirectories = mountAll(root, types);
    return { ...place, types, whyDirectories, clear };
  } catch (error) {
    clear();
    throw error;
  }
}

/** Fills in what was mounted; the reason when nothing was. */
function mountAll(root: string, types: Record<TierName, string>): string | undefined {
  if (process.getuid?.() !== 0) return "mounting needs root";
  for (const name of ["hot", "warm", "cold"] as const) {
    const type = wanted[name].find((candidate) => tryMount(root, name, candidate));
    if (type === undefined) {
      unmountAll(root);
      for (const each of Object.keys(types) as TierName[]) types[each] = "directory";
      return "no loop device can be mounted here";
    }
    types[name] = type;
  }
  return undefined;
}

function tryMount(root: string, name: TierName, type: string): boolean {
  const image = `${root}/${name}.img`;
  writeFileSync(image, "");
  truncateSync(image, sizes[name] * 2 ** 20);
  const quiet = type === "ext4" ? ["-q", "-F", "-E", "nodiscard"] : ["-q", "-f", "-K"];
  // `-o loop` marks the device to be freed at the last unmount.
  return tool(`mkfs.${type}`, [...quiet, image]) && tool("mount", ["-t", type, "-o", "loop", image, `${root}/${name}`]);
}

function clearStage(root: string): void {
  unmountAll(root);
  rmSync(root, { recursive: true, force: true });
}

function unmountAll(root: string): void {
  for (const name of ["hot", "warm", "cold"]) {
    const path = `${root}/${name}`;
    if (!tool("mountpoint", ["-q", path])) continue;
    // Busy for a moment when a process was just ended: then it goes as soon as that has let go.
    if (!tool("umount", [path])) tool("umount", ["-l", path]);
    if (tool("mountpoint", ["-q", path]))
      throw new Error(`${path} could not be unmounted: umount it, then rm -r ${root}`);
  }
}

/** True when a program is there and succeeds. */
export function tool(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore", env: toolEnv(), timeout: 60_000 }).status === 0;
}

/** What a program prints. @throws when it fails */
export function toolOutput(command: string, args: readonly string[], options: { cwd?: string } = {}): Buffer {
  const limits = { maxBuffer: 64 * 2 ** 20, timeout: 60_000 };
  return execFileSync(command, args, { ...options, ...limits, stdio: ["ignore", "pipe", "pipe"], env: toolEnv() });
}

function toolEnv(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: "C", PATH: `${process.env.PATH ?? ""}:/usr/sbin:/sbin` };
}
