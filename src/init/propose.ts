import { defaultStateDir, isHostName } from "../config/schema.ts";
import { formatBytes } from "../lib/units.ts";
import type { Block, Setting } from "./block.ts";
import { type ChosenTiers, chooseTiers, holderOf } from "./choose-tiers.ts";
import type { MachineFacts, MountFact } from "./facts.ts";
import { proposeJobs } from "./propose-jobs.ts";
import { proposeLater } from "./propose-later.ts";

/** A configuration for this machine, with what was found and why each thing is proposed. */
export function proposeConfig(facts: MachineFacts): readonly Block[] {
  const tiers = chooseTiers(facts);
  return [topBlock(facts), ...tierBlocks(tiers), ...proposeJobs(facts, tiers), ...proposeLater(facts, tiers)];
}

function topBlock({ host, mounts }: MachineFacts): Block {
  return {
    why: [
      "Written by `tierkeep init` from what it found on this machine.",
      "Nothing here acts before a person has approved it: look at `tierkeep plan`, then `tierkeep approve`.",
    ],
    header: "",
    settings: [
      { key: "version", value: 1 },
      { key: "host", value: nameOnTiers(host), why: "this machine's name on every tier; keep it" },
      ...stateDirectory(mounts),
    ],
    live: true,
  };
}

/** The catalog needs a local disk. */
function stateDirectory(mounts: readonly MountFact[]): readonly Setting[] {
  const places = [defaultStateDir, "/opt/tierkeep", "/srv/tierkeep"];
  const place = places.find((path) => holderOf(mounts, path)?.network === false);
  if (place === undefined || place === defaultStateDir) return [];
  return [{ key: "state_dir", value: place, why: "/var/lib lies on a network" }];
}

/** The machine's own name, made fit to be a directory's. */
function nameOnTiers(host: string): string {
  const mended = host
    .replaceAll(/[^A-Za-z0-9._-]/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 64);
  return isHostName(mended) ? mended : "server";
}

function tierBlocks({ hot, warm, cold }: ChosenTiers): readonly Block[] {
  return [hotBlock(hot), warmBlock(warm), coldBlock(cold)];
}

function hotBlock(hot: readonly MountFact[]): Block {
  const groups = [...new Set(hot.flatMap(({ volume }) => volume?.group ?? []))];
  const [group, ...others] = groups;
  return {
    why: [
      "Fast storage, only watched: the system, its logs and its databases.",
      ...hot.map(foundLine),
      ...others.map((other) => `LVM has ${other}, too; one group can be named here.`),
    ],
    header: "[tiers.hot]",
    settings: [
      { key: "filesystems", value: hot.map(({ path }) => path) },
      ...(group === undefined ? [] : [{ key: "volume_group", value: group }]),
    ],
    live: hot.length > 0,
  };
}

function warmBlock(warm: MountFact | undefined): Block {
  if (warm !== undefined) {
    const why = ["Where old files go. To be adopted once: tierkeep tier adopt warm", foundLine(warm)];
    return { why, header: "[tiers.warm]", settings: [{ key: "path", value: warm.path }], live: true };
  }
  return {
    why: [
      "No second disk was found. Mount one and name its path here, or, to try tierkeep, a directory:",
      "files would then only get smaller by compression, and one dead disk would take all of them.",
    ],
    header: "[tiers.warm]",
    settings: [
      { key: "path", value: "/srv/tierkeep-warm" },
      { key: "directory", value: true },
    ],
    live: false,
  };
}

function coldBlock(cold: MountFact | undefined): Block {
  if (cold === undefined) {
    return {
      why: ["No NAS was found among the mounts. It would be named like this:"],
      header: "[tiers.cold]",
      settings: [
        { key: "path", value: "/mnt/nas" },
        { key: "server", value: "nas.example:2049" },
        { key: "filesystem_type", value: "nfs4" },
      ],
      live: false,
    };
  }
  return {
    why: ["The archive. To be adopted once: tierkeep tier adopt cold", foundLine(cold)],
    header: "[tiers.cold]",
    settings: [{ key: "path", value: cold.path }, ...serverOf(cold), { key: "filesystem_type", value: cold.fsType }],
    live: true,
  };
}

/** The server as the mount names it; for SMB `//server/share`. */
function serverOf({ source, fsType }: MountFact): readonly Setting[] {
  const smb = /^\/\/([A-Za-z0-9._-]+)\//.exec(source)?.[1];
  if (smb !== undefined) return [{ key: "server", value: `${smb}:445`, why: "asked before the mount is touched" }];
  const nfs = fsType.startsWith("nfs") ? /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):/.exec(source)?.[1] : undefined;
  return nfs === undefined ? [] : [{ key: "server", value: `${nfs}:2049`, why: "asked before the mount is touched" }];
}

function foundLine({ path, fsType, source, sizeBytes, rotational, volume }: MountFact): string {
  const parts = [
    fsType,
    ...(sizeBytes === undefined ? [] : [formatBytes(sizeBytes)]),
    volume === undefined ? source : `LVM ${volume.group}/${volume.name}`,
    ...(rotational === undefined ? [] : [rotational ? "spinning" : "solid state"]),
  ];
  return `found: ${oneLine(path)}, ${oneLine(parts.join(", "))}`;
}

/** A comment is one line, whatever a name holds. */
function oneLine(text: string): string {
  return [...text].map((char) => (char < " " || char === "\u007f" ? "?" : char)).join("");
}
