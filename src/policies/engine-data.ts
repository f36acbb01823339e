import type { RawPath } from "../lib/raw-path.ts";

interface Marker {
  readonly engine: string;
  /** All of these names in one directory make it the engine's. */
  readonly names: readonly string[];
}

const markers: readonly Marker[] = [
  { engine: "PostgreSQL", names: ["PG_VERSION"] },
  { engine: "PostgreSQL", names: ["pg_wal"] },
  { engine: "MongoDB", names: ["WiredTiger"] },
  { engine: "MongoDB", names: ["WiredTiger.wt"] },
  { engine: "ClickHouse", names: ["format_version.txt"] },
  { engine: "ClickHouse", names: ["checksums.txt", "columns.txt"] },
  { engine: "ClickHouse", names: ["metadata", "store", "status"] },
  { engine: "MySQL", names: ["ibdata1"] },
  { engine: "Docker", names: ["engine-id"] },
  { engine: "Docker", names: ["containers", "image", "volumes"] },
  { engine: "containerd", names: ["io.containerd.metadata.v1.bolt"] },
  { engine: "containerd", names: ["io.containerd.content.v1.content"] },
];

const markerNames = new Set(markers.flatMap(({ names }) => names));
const markerShapes = new Set([...markerNames].map((name) => shapeOf(name.charCodeAt(0), name.length)));

/** The name counts for `engineOfDirectory`; no other does. */
export function isEngineMarker(name: string): boolean {
  return mayBeEngineMarker(name.charCodeAt(0), name.length) && markerNames.has(name);
}

/** False for most names that are none, told by the first byte and the length alone. */
export function mayBeEngineMarker(firstByte: number, length: number): boolean {
  return markerShapes.has(shapeOf(firstByte, length));
}

function shapeOf(firstByte: number, length: number): number {
  return firstByte * 256 + length;
}

const loginRecords = new Set(["utmp", "wtmp", "btmp", "lastlog"]);

/** The engine that a directory with these names belongs to; everything below it is its own (HAZARDS M25). */
export function engineOfDirectory(names: readonly string[]): string | undefined {
  const found = names.filter(isEngineMarker);
  if (found.length === 0) return undefined;
  return markers.find((marker) => marker.names.every((name) => found.includes(name)))?.engine;
}

/** Files that programs open by name for ever, wherever they lie. */
export function isLoginRecord(name: RawPath): boolean {
  return loginRecords.has(name);
}

const journaldMagic = Buffer.from("LPKSHHRH", "latin1");

/** The engine that content belongs to, judged by its first bytes. */
export function engineOfContent(start: Uint8Array): string | undefined {
  return journaldMagic.every((byte, index) => start[index] === byte) ? "journald" : undefined;
}
