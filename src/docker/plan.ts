import type { RawPath } from "../lib/raw-path.ts";
import { rawPath } from "../lib/raw-path.ts";
import type { ThingKind } from "../lib/thing-kinds.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { type Container, inspectContainer, listContainers, sizeOfContainer } from "./containers.ts";
import { type DiskUsage, readDiskUsage } from "./disk-usage.ts";
import { type Engine, EngineFailure, isGone } from "./engine.ts";
import { type Image, listImages, taggedAt } from "./images.ts";
import { judgeCache, judgeContainer, judgeImages, unusedImages } from "./judge.ts";
import { descendantsFirst } from "./lineage.ts";
import type { DockerRule } from "./rule.ts";

/** One thing that goes. */
export interface DockerStep {
  readonly kind: ThingKind;
  readonly id: string;
  /** `image/postgres:16`: its kind, and how people call it. */
  readonly path: RawPath;
  /** As Docker counts it: what this thing alone takes. */
  readonly sizeBytes: number;
  /** Since when it has been stopped or unused. */
  readonly sinceMs: number;
}

export interface DockerPlan {
  readonly steps: readonly DockerStep[];
  readonly warnings: readonly string[];
}

export interface PlanFacts {
  readonly nowMs: number;
  /** When runs first saw images unused, by id. */
  readonly unusedSince: ReadonlyMap<string, number>;
  readonly onKept: (code: ReasonCode, path: RawPath) => void;
}

interface Planning extends PlanFacts {
  readonly engine: Engine;
  readonly rule: DockerRule;
  readonly warnings: string[];
}

/** Asks the Engine, decides, and changes nothing. A kind without an age is not even looked at. @throws EngineFailure */
export async function planDocker(engine: Engine, rule: DockerRule, facts: PlanFacts): Promise<DockerPlan> {
  const planning: Planning = { ...facts, engine, rule, warnings: [] };
  const containers = await listContainers(engine);
  const stopped = rule.stoppedContainersOlderThanMs === undefined ? [] : await planContainers(planning, containers);
  const unused = rule.unusedImagesOlderThanMs === undefined ? undefined : await dueImages(planning, containers);
  const isUsageAsked = rule.buildCacheOlderThanMs !== undefined || (unused?.due.length ?? 0) > 0;
  const usage = isUsageAsked ? await diskUsage(planning) : undefined;
  return {
    steps: [
      ...stopped,
      ...(unused?.due.map((image) => imageStep(image, usage, unused.since)) ?? []),
      ...(rule.buildCacheOlderThanMs === undefined ? [] : planCache(planning, usage)),
    ],
    warnings: planning.warnings,
  };
}

async function planContainers(planning: Planning, listed: readonly Container[]): Promise<readonly DockerStep[]> {
  const { engine, rule, nowMs, onKept } = planning;
  const steps: DockerStep[] = [];
  for (const each of listed) {
    // The list has the earliest moment that it can have stopped at: whoever is too young by that is.
    const early = judgeContainer(rule, each, nowMs);
    const container = early === undefined ? await ifThere(() => inspectContainer(engine, each.id)) : each;
    if (container === undefined) continue;
    const verdict = early ?? judgeContainer(rule, container, nowMs);
    if (verdict === undefined) steps.push(await containerStep(planning, container));
    else onKept(verdict, thingPath("container", each.name));
  }
  return steps.toSorted((a, b) => a.sinceMs - b.sinceMs);
}

async function containerStep({ engine, warnings, nowMs }: Planning, container: Container): Promise<DockerStep> {
  const { id, name, endedMs = nowMs } = container;
  let sizeBytes = 0;
  try {
    sizeBytes = await sizeOfContainer(engine, id);
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    warnings.push(`the size of container ${name} is not known: ${error.message}`);
  }
  return { kind: "container", id, path: thingPath("container", name), sizeBytes, sinceMs: endedMs };
}

interface DueImages {
  readonly due: readonly Image[];
  readonly since: ReadonlyMap<string, number | undefined>;
}

async function dueImages(planning: Planning, containers: readonly Container[]): Promise<DueImages> {
  const { engine, rule, nowMs, onKept } = planning;
  const images = await listImages(engine);
  const unusedSince = new Map<string, number | undefined>();
  for (const { id } of unusedImages(rule, images, containers)) unusedSince.set(id, planning.unusedSince.get(id));
  const isDue = (verdict: ReasonCode | undefined) => verdict === undefined;
  for (const [id, verdict] of judgeImages(rule, { images, unusedSince, nowMs })) {
    if (!isDue(verdict)) continue;
    // Somebody who pulls or tags an image that was there already is about to use it.
    const taggedMs = await ifThere(() => taggedAt(engine, id));
    unusedSince.set(id, Math.max(unusedSince.get(id) ?? nowMs, taggedMs ?? 0));
  }
  const verdicts = judgeImages(rule, { images, unusedSince, nowMs });
  for (const image of images) {
    const verdict = verdicts.get(image.id);
    if (verdict !== undefined) onKept(verdict, thingPath("image", imageName(image)));
  }
  return { due: descendantsFirst(images.filter(({ id }) => isDue(verdicts.get(id)))), since: unusedSince };
}

function imageStep(image: Image, usage: DiskUsage | undefined, since: DueImages["since"]): DockerStep {
  return {
    kind: "image",
    id: image.id,
    path: thingPath("image", imageName(image)),
    sizeBytes: usage?.imageBytes.get(image.id) ?? 0,
    sinceMs: since.get(image.id) ?? 0,
  };
}

/** Docker counts for minutes, or refuses since somebody else has it count: what is known goes all the same. */
async function diskUsage({ engine, warnings }: Planning): Promise<DiskUsage | undefined> {
  try {
    return await readDiskUsage(engine);
  } catch (error) {
    if (!(error instanceof EngineFailure)) throw error;
    warnings.push(`Docker's sizes are not known, and its build cache is left alone: ${error.message}`);
    return undefined;
  }
}

function planCache({ rule, nowMs, onKept }: Planning, usage: DiskUsage | undefined): readonly DockerStep[] {
  const records = usage?.buildCache ?? [];
  const verdicts = judgeCache(rule, records, nowMs);
  const path = (id: string) => thingPath("build-cache", id);
  for (const { id } of records) {
    const verdict = verdicts.get(id);
    if (verdict !== undefined) onKept(verdict, path(id));
  }
  return descendantsFirst(records.filter(({ id }) => verdicts.get(id) === undefined)).map(
    ({ id, sizeBytes, usedMs = 0 }) => ({ kind: "build-cache", id, path: path(id), sizeBytes, sinceMs: usedMs }),
  );
}

function thingPath(kind: ThingKind, name: string): RawPath {
  return rawPath(`${kind}/${name}`);
}

function imageName({ id, tags, digests }: Image): string {
  return tags[0] ?? digests[0] ?? id.slice(0, "sha256:".length + 12);
}

/** `undefined` when it is gone by now. */
async function ifThere<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}
