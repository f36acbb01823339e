import type { Block } from "./block.ts";
import { type ChosenTiers, holderOf } from "./choose-tiers.ts";
import type { DatabaseFact, EngineName, MachineFacts } from "./facts.ts";

/** Sections of later versions, as comments: this version refuses them. */
export function proposeLater(facts: MachineFacts, tiers: ChosenTiers): readonly Block[] {
  const snapshots = facts.databases.map((database) => snapshot(facts, tiers, database));
  return [...snapshots, archive(tiers), alerts, metrics];
}

const later = "For a later version; this one refuses it:";
const sizes: Readonly<Record<EngineName, string>> = { postgresql: "5GiB", clickhouse: "10GiB", mongodb: "2GiB" };

function snapshot(facts: MachineFacts, { warm }: ChosenTiers, { engine, dataDirectory }: DatabaseFact): Block {
  const volume = holderOf(facts.mounts, dataDirectory)?.volume;
  const where =
    volume === undefined
      ? [{ key: "path", value: dataDirectory }]
      : [
          { key: "volume", value: `${volume.group}/${volume.name}` },
          { key: "size", value: sizes[engine] },
        ];
  return {
    why: [`${later} snapshots of ${engine}, found in ${dataDirectory}`],
    header: "[[snapshot]]",
    settings: [
      { key: "name", value: engine },
      ...where,
      { key: "engine", value: engine },
      { key: "keep", value: { last: 2, hourly: 6 } },
      ...(warm === undefined ? [] : [{ key: "export_to", value: "warm" }]),
      { key: "drill", value: "weekly" },
    ],
    live: false,
  };
}

function archive({ cold, warm }: ChosenTiers): Block {
  const to = cold === undefined && warm !== undefined ? "warm" : "cold";
  return {
    why: [`${later} dated versions of the configuration`],
    header: "[[archive]]",
    settings: [
      { key: "name", value: "config" },
      { key: "sources", value: ["/etc"] },
      { key: "to", value: to },
      { key: "mode", value: "versions" },
      { key: "keep", value: { last: 3, daily: 14, weekly: 8, monthly: 84 } },
    ],
    live: false,
  };
}

const alerts: Block = {
  why: [`${later} who is told when something is wrong, or when nothing was heard`],
  header: "[alerts]",
  settings: [{ key: "email", value: { to: ["ops@example.com"], smtp: "smtp://localhost:25" } }],
  live: false,
};

const metrics: Block = {
  why: [`${later} numbers for Prometheus' node exporter`],
  header: "[metrics]",
  settings: [{ key: "textfile", value: "/var/lib/prometheus/node-exporter/tierkeep.prom" }],
  live: false,
};
