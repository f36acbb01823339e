import type { RuleBase } from "../jobs/rule.ts";

/** The `[docker]` job as configured; `src/docker/schema.ts` makes it. An absent age: that kind is not touched. */
export interface DockerRule extends RuleBase {
  readonly kind: "docker";
  readonly name: "docker";
  readonly stoppedContainersOlderThanMs: number | undefined;
  /** Since tierkeep first saw it unused. */
  readonly unusedImagesOlderThanMs: number | undefined;
  readonly buildCacheOlderThanMs: number | undefined;
  /** Containers and images with one of these labels stay. */
  readonly keepLabels: readonly string[];
  /** Images with one of these names, or names that begin so before their tag, stay. */
  readonly keepImages: readonly string[];
  readonly socket: string;
}
