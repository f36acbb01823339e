import type { Roll } from "./dice.ts";
import { sha256 } from "./files.ts";

const dayMs = 86_400_000;

export interface StandInContainer {
  readonly id: string;
  readonly name: string;
  readonly imageId: string;
  readonly isKept: boolean;
  readonly createdMs: number;
  isRunning: boolean;
  endedMs: number;
}

export interface StandInImage {
  readonly id: string;
  readonly tags: readonly string[];
  readonly isKept: boolean;
  readonly taggedMs: number;
  /** Since when no container has it. */
  unusedMs: number;
}

export interface StandInCache {
  readonly id: string;
  readonly parents: readonly string[];
  isInUse: boolean;
  usedMs: number;
}

/** What a Docker Engine has. */
export interface DockerThings {
  nowMs: number;
  /** How many images were ever built. */
  built: number;
  readonly containers: Map<string, StandInContainer>;
  readonly images: Map<string, StandInImage>;
  readonly cache: Map<string, StandInCache>;
}

export function isUsed({ containers }: DockerThings, imageId: string): boolean {
  return [...containers.values()].some((each) => each.imageId === imageId);
}

/** A day with builds, and with containers that start and stop. */
export function liveADayOfDocker(things: DockerThings, roll: Roll): void {
  const { containers, cache, nowMs } = things;
  if (roll(3) === 0) build(things, roll);
  for (const container of containers.values()) {
    if (container.isRunning ? roll(6) > 0 : roll(40) > 0) continue;
    container.isRunning = !container.isRunning;
    if (!container.isRunning) container.endedMs = nowMs;
  }
  for (const record of cache.values()) {
    record.isInUse = roll(20) === 0;
    if (record.isInUse) record.usedMs = nowMs;
  }
}

/** A new image, with what building it left in the cache, and mostly a container of it. */
function build(things: DockerThings, roll: Roll): void {
  things.built += 1;
  const { containers, images, cache, nowMs, built } = things;
  const id = `sha256:${sha256(`image ${built}`)}`;
  const isKept = roll(8) === 0;
  // The tag goes to the new image, and the old one dangles.
  const tag = `app-${roll(4)}:latest`;
  for (const old of images.values()) {
    if (old.tags.includes(tag)) images.set(old.id, { ...old, tags: [] });
  }
  images.set(id, { id, tags: [tag], isKept, taggedMs: nowMs, unusedMs: nowMs });
  const below = [...cache.keys()].at(-1);
  const record = sha256(`cache ${built}`).slice(0, 25);
  const parents = below === undefined || roll(2) === 0 ? [] : [below];
  cache.set(record, { id: record, parents, isInUse: false, usedMs: nowMs });
  if (roll(4) === 0) return;
  const container = sha256(`container ${built}`);
  const facts = { id: container, name: `job-${built}`, imageId: id, isKept: roll(6) === 0, createdMs: nowMs };
  containers.set(container, { ...facts, isRunning: true, endedMs: nowMs - dayMs });
}
