import type { ReasonCode } from "../policies/reasons.ts";
import type { Container } from "./containers.ts";
import type { CacheRecord } from "./disk-usage.ts";
import type { Image } from "./images.ts";
import { withAncestors } from "./lineage.ts";
import { hasKeepLabel, isProtectedImage } from "./protected.ts";
import type { DockerRule } from "./rule.ts";

/** `undefined`: it is due. */
export type Verdict = ReasonCode | undefined;

/** Never running, paused, restarting, or in a state that is not known here. */
const atRest: ReadonlySet<string> = new Set(["created", "exited", "dead"]);

export function judgeContainer(rule: DockerRule, container: Container, nowMs: number): Verdict {
  if (!atRest.has(container.state)) return "running";
  if (hasKeepLabel(rule, container.labels)) return "protected";
  return judgeAge(container.endedMs, { olderThanMs: rule.stoppedContainersOlderThanMs, nowMs });
}

/** Images that nothing needs: no container whatever its state, no protected image, and no image that stands on them. */
export function unusedImages(
  rule: DockerRule,
  images: readonly Image[],
  containers: readonly Container[],
): readonly Image[] {
  const named = new Set(containers.flatMap(({ imageId, image }) => [imageId, image]));
  const isUsed = (image: Image) => callNames(image).some((name) => named.has(name));
  const needed = withAncestors(
    images,
    images.filter((image) => isUsed(image) || isProtectedImage(rule, image)),
  );
  return images.filter(({ id }) => !needed.has(id));
}

/** All that a container may call its image by. */
function callNames({ id, tags, digests }: Image): readonly string[] {
  const hex = id.slice("sha256:".length);
  return [id, hex, hex.slice(0, 12), ...tags, ...digests];
}

export interface ImageFacts {
  readonly images: readonly Image[];
  /** Of those that nothing needs: since when that is known; an absent one was never seen unused before. */
  readonly unusedSince: ReadonlyMap<string, number | undefined>;
  readonly nowMs: number;
}

/** Verdicts by image id. */
export function judgeImages(rule: DockerRule, facts: ImageFacts): ReadonlyMap<string, Verdict> {
  const { images, unusedSince, nowMs } = facts;
  const age = { olderThanMs: rule.unusedImagesOlderThanMs, nowMs };
  const judge = (image: Image): Verdict => {
    if (isProtectedImage(rule, image)) return "protected";
    if (!unusedSince.has(image.id)) return "in-use";
    return judgeAge(unusedSince.get(image.id) ?? nowMs, age);
  };
  return judgeLineage(images, judge);
}

/** Verdicts by the record's id. */
export function judgeCache(
  rule: DockerRule,
  records: readonly CacheRecord[],
  nowMs: number,
): ReadonlyMap<string, Verdict> {
  const age = { olderThanMs: rule.buildCacheOlderThanMs, nowMs };
  return judgeLineage(records, ({ isInUse, isShared, isInternal, usedMs }) =>
    isInUse || isShared || isInternal ? "in-use" : judgeAge(usedMs, age),
  );
}

/** What is due stays all the same when something that stays stands on it. */
function judgeLineage<T extends Image | CacheRecord>(
  all: readonly T[],
  judge: (each: T) => Verdict,
): ReadonlyMap<string, Verdict> {
  const alone = new Map(all.map((each) => [each.id, judge(each)]));
  const needed = withAncestors(
    all,
    all.filter(({ id }) => alone.get(id) !== undefined),
  );
  return new Map(all.map(({ id }) => [id, alone.get(id) ?? (needed.has(id) ? "in-use" : undefined)]));
}

interface Age {
  readonly olderThanMs: number | undefined;
  readonly nowMs: number;
}

function judgeAge(sinceMs: number | undefined, { olderThanMs, nowMs }: Age): Verdict {
  if (sinceMs === undefined) return "age-unknown";
  if (sinceMs > nowMs) return "from-the-future";
  return olderThanMs !== undefined && nowMs - sinceMs >= olderThanMs ? undefined : "too-young";
}
