import type { JobContext, Outcome } from "../jobs/job.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import { inspectContainer, listContainers, removeContainer } from "./containers.ts";
import { pruneCacheRecord } from "./disk-usage.ts";
import { type Engine, EngineFailure } from "./engine.ts";
import { listImages, removeImage, taggedAt } from "./images.ts";
import { judgeContainer, judgeImages, unusedImages } from "./judge.ts";
import type { DockerStep } from "./plan.ts";
import type { DockerRule } from "./rule.ts";

export interface Applying {
  readonly engine: Engine;
  readonly rule: DockerRule;
  readonly context: Pick<JobContext, "clock" | "signal" | "pacer">;
}

/** What became of one thing, and the bytes that came free. */
type Deed = { readonly result: "removed"; readonly freedBytes: number } | { readonly result: ReasonCode };

/**
 * Removes what is planned, one by one, each looked at again right before (HAZARDS D13). When the Engine is not reached
 * any more the rest is left for the next run. @throws the signal's reason
 */
export async function* applyDocker(
  steps: readonly DockerStep[],
  applying: Applying,
): AsyncGenerator<readonly Outcome[]> {
  const { signal, pacer } = applying.context;
  for (const step of steps) {
    signal.throwIfAborted();
    if (pacer.stopReason() !== undefined) return;
    await pacer.pace({ read: 0, written: 0 });
    const { path, kind, sizeBytes } = step;
    try {
      yield [{ path, kind, sizeBytes, storedBytes: 0, ...(await remove(step, applying)) }];
    } catch (error) {
      if (!(error instanceof EngineFailure)) throw error;
      yield [{ path, kind, sizeBytes, storedBytes: 0, ...told(error) }];
      if (error.status === undefined) return;
    }
  }
}

function remove(step: DockerStep, applying: Applying): Promise<Deed> {
  switch (step.kind) {
    case "container":
      return removeStopped(step, applying);
    case "image":
      return removeUnused(step, applying);
    case "build-cache":
      return prune(step, applying);
  }
}

async function removeStopped(
  { id, sinceMs, sizeBytes }: DockerStep,
  { engine, rule, context }: Applying,
): Promise<Deed> {
  const container = await inspectContainer(engine, id);
  const verdict = judgeContainer(rule, container, context.clock.now());
  if (verdict !== undefined) return { result: verdict };
  if (container.endedMs !== sinceMs) return { result: "changed-since-plan" };
  await removeContainer(engine, id);
  return { result: "removed", freedBytes: sizeBytes };
}

async function removeUnused(step: DockerStep, { engine, rule, context }: Applying): Promise<Deed> {
  const containers = await listContainers(engine);
  const images = await listImages(engine);
  const image = images.find(({ id }) => id === step.id);
  if (image === undefined) return { result: "vanished" };
  const isUnused = unusedImages(rule, images, containers).includes(image);
  const sinceMs = Math.max(step.sinceMs, (await taggedAt(engine, step.id)) ?? 0);
  const unusedSince = isUnused ? new Map([[step.id, sinceMs]]) : new Map<string, number>();
  // What stands on it is the Engine's to refuse.
  const verdict = judgeImages(rule, { images: [image], unusedSince, nowMs: context.clock.now() }).get(step.id);
  if (verdict !== undefined) return { result: verdict };
  await removeImage(engine, image);
  return { result: "removed", freedBytes: step.sizeBytes };
}

async function prune({ id }: DockerStep, { engine, rule }: Applying): Promise<Deed> {
  const unusedForMs = rule.buildCacheOlderThanMs;
  const freedBytes = unusedForMs === undefined ? undefined : await pruneCacheRecord(engine, { id, unusedForMs });
  return freedBytes === undefined ? { result: "in-use" } : { result: "removed", freedBytes };
}

function told({ status, code, message }: EngineFailure): Pick<Outcome, "result" | "code" | "message"> {
  if (status === 404) return { result: "vanished" };
  // Somebody came between the look and the deed; the Engine itself refused.
  if (status === 409) return { result: "in-use", message };
  return { result: "failed", code, message };
}
