import { rotationLife } from "../config/rotation-life.ts";
import { isWithin } from "../lib/raw-path.ts";
import type { Block } from "./block.ts";
import type { ChosenTiers } from "./choose-tiers.ts";
import type { MachineFacts } from "./facts.ts";

/** Places where programs leave what nobody needs again; /tmp and /var/tmp are systemd-tmpfiles' business. */
export const scratchPlaces = [
  "/scratch",
  "/data/tmp",
  "/data/scratch",
  "/data/processing/tmp",
  "/srv/scratch",
  "/srv/tmp",
];

const dayMs = 86_400_000;

/** The nightly jobs: logs, backup sets, scratch, Docker. */
export function proposeJobs(facts: MachineFacts, tiers: ChosenTiers): readonly Block[] {
  return [...logs(facts, tiers), backups(facts, tiers), ...scratch(facts, tiers), docker(facts)];
}

function logs(facts: MachineFacts, { warm, cold }: ChosenTiers): readonly Block[] {
  const to = warm === undefined ? cold && "cold" : "warm";
  const { days, why } = logAge(facts);
  return [
    {
      why: ["Rotated logs, compressed. Logs that are still in use stay, whatever their age.", ...why],
      header: "[[move]]",
      settings: [
        { key: "name", value: "logs" },
        { key: "source", value: "/var/log" },
        { key: "to", value: to ?? "warm" },
        { key: "older_than", value: `${days}d` },
        { key: "include", value: ["*.log.[0-9]*", "*.log-[0-9]*", "*.[0-9]", "*.gz"] },
        { key: "compress", value: "zstd" },
        { key: "layout", value: "by-date" },
      ],
      live: to !== undefined && facts.directories.has("/var/log"),
    },
  ];
}

/** Seven days, or less where logrotate would delete before. */
function logAge({ logrotate }: MachineFacts): { readonly days: number; readonly why: readonly string[] } {
  const lives = logrotate
    .filter((rule) => rule.patterns.some((pattern) => isWithin(pattern, "/var/log")))
    .flatMap((rule) => rotationLife(rule))
    .sort((left, right) => left.ms - right.ms);
  const [shortest] = lives;
  const usual = 7;
  if (shortest === undefined || shortest.ms >= (usual + 2) * dayMs) return { days: usual, why: [] };
  const days = Math.max(Math.floor(shortest.ms / 3 / dayMs), 1);
  return {
    days,
    why: [`logrotate deletes some at ${shortest.ms / dayMs} days (${shortest.because}), so these go sooner.`],
  };
}

function backups({ directories }: MachineFacts, { warm, cold }: ChosenTiers): Block {
  const found = warm !== undefined && directories.has(`${warm.path}/backups`);
  return {
    why: ["Backup sets: each directory or file below the source moves whole, when its newest file is old enough."],
    header: "[[move]]",
    settings: [
      { key: "name", value: "backups" },
      { key: "source", value: "warm:backups" },
      { key: "to", value: "cold" },
      { key: "older_than", value: "30d" },
      { key: "unit", value: "entry" },
    ],
    live: found && cold !== undefined,
  };
}

function scratch({ directories }: MachineFacts, { warm, cold }: ChosenTiers): readonly Block[] {
  const tiers = [warm, cold].flatMap((tier) => tier?.path ?? []);
  const there = scratchPlaces.filter((path) => directories.has(path) && !tiers.some((tier) => isWithin(tier, path)));
  const paths = there.length === 0 ? ["/data/processing/tmp"] : there;
  return paths.map((path, index) => ({
    why: [
      "Scratch: what nobody has read, written or changed for three days is deleted.",
      "What is cleaned lies aside for a day first; `tierkeep restore` brings it back.",
    ],
    header: "[[clean]]",
    settings: [
      { key: "name", value: index === 0 ? "scratch" : `scratch-${index + 1}` },
      { key: "path", value: path },
      { key: "older_than", value: "3d" },
      { key: "max_delete", value: { files: 100_000, bytes: "200GiB" } },
      { key: "quarantine", value: "24h" },
    ],
    live: there.length > 0,
  }));
}

function docker({ dockerSocket }: MachineFacts): Block {
  return {
    why: [
      dockerSocket === undefined
        ? "No Docker answered. Where there is one:"
        : "Docker answers: its leavings. Never volumes.",
      "A label `tierkeep.keep` protects a container or an image.",
    ],
    header: "[docker]",
    settings: [
      { key: "stopped_containers_older_than", value: "3d" },
      { key: "unused_images_older_than", value: "7d", why: "since tierkeep first saw it unused" },
      { key: "build_cache_older_than", value: "7d" },
      ...(dockerSocket === undefined ? [] : [{ key: "socket", value: dockerSocket }]),
    ],
    live: dockerSocket !== undefined,
  };
}
