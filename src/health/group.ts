import { createHash } from "node:crypto";
import { rawPath } from "../lib/raw-path.ts";
import { escapedText } from "../reports/path.ts";
import { type Mount, mountOf } from "../tiers/mounts.ts";
import type { TierConfig, TierPin } from "../tiers/tier.ts";
import type { ProbeItem, ServerItem } from "./items.ts";

/** What one child is asked; while it has not ended, no other is started for the same lock. */
export interface ProbeGroup {
  /** A file name; the same for everybody who asks about this mount or volume group. */
  readonly lock: string;
  readonly items: readonly ProbeItem[];
}

export interface GroupFacts {
  readonly tiers: readonly TierConfig[];
  /** The pins that runs have told; `undefined` when none did. */
  readonly pins: ReadonlyMap<string, TierPin> | undefined;
  readonly host: string;
  readonly mounts: readonly Mount[];
}

/** One group for each mount that holds a path of a tier, and one for each volume group. Only the mount table is read. */
export function probeGroups(facts: GroupFacts): readonly ProbeGroup[] {
  const groups = new Map<string, ProbeItem[]>();
  for (const tier of facts.tiers) {
    for (const item of itemsOf(tier, facts)) {
      const lock = item.kind === "volume-group" ? `lvm-${fileName(item.name)}` : mountLock(facts.mounts, item.path);
      const items = groups.get(lock) ?? [];
      const server = item.kind === "volume-group" ? undefined : item.server;
      if (server !== undefined && !asksServer(items, tier.name))
        items.push({ kind: "server", tier: tier.name, server });
      items.push(item);
      groups.set(lock, items);
    }
  }
  return [...groups].map(([lock, items]) => ({ lock, items }));
}

function itemsOf(tier: TierConfig, facts: GroupFacts): readonly Exclude<ProbeItem, ServerItem>[] {
  const common = { tier: tier.name, server: tier.server };
  const items: Exclude<ProbeItem, ServerItem>[] = [];
  for (const path of watchedPaths(tier)) items.push({ kind: "filesystem", path, ...common });
  if (tier.path !== undefined) {
    const pin = facts.pins?.get(tier.name);
    const probeFile = `probe-${fileName(facts.host)}`;
    const pinsKnown = facts.pins !== undefined;
    items.push({ kind: "tier", path: tier.path, config: tier, pin, pinsKnown, probeFile, ...common });
  }
  if (tier.volumeGroup !== undefined) items.push({ kind: "volume-group", tier: tier.name, name: tier.volumeGroup });
  return items;
}

function asksServer(items: readonly ProbeItem[], tier: string): boolean {
  return items.some((item) => item.kind === "server" && item.tier === tier);
}

/** The paths whose file systems belong to a tier; its own path is always among them. */
export function watchedPaths(tier: TierConfig): readonly string[] {
  const paths = tier.path === undefined ? tier.filesystems : [tier.path, ...tier.filesystems];
  return [...new Set(paths)];
}

/** The mount that a path leads to; an automount that holds nothing yet counts, since it is asked through itself. */
export function mountAt(mounts: readonly Mount[], path: string): Mount | undefined {
  const visible = mounts.map((mount) => (mount.fsType === "autofs" ? { ...mount, fsType: "automount" } : mount));
  return mountOf(visible, rawPath(path));
}

/**
 * The device is part of it, so that a mount which comes back after `umount -l` is asked although the child of the
 * old one is stuck; mount ids would differ between namespaces.
 */
function mountLock(mounts: readonly Mount[], path: string): string {
  const mount = mountAt(mounts, path);
  if (mount === undefined) return `mount-${fileName(path)}`;
  return `mount-${fileName(escapedText(mount.mountPoint))}-${mount.device.replace(":", "-")}`;
}

const longestName = 120;

/** Readable, safe as a file name, and different for different texts. */
function fileName(text: string): string {
  const plain = text.replaceAll(/[^A-Za-z0-9._-]+/g, "_").slice(0, longestName);
  if (plain === text) return plain;
  return `${plain}-${createHash("sha256").update(text).digest("hex").slice(0, 8)}`;
}
