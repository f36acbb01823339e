import type { RuleBase } from "../jobs/rule.ts";

export const defaultSocket = "/var/run/docker.sock";

/** The `[docker]` job as configured; `src/docker/schema.ts` makes it. An absent age: that kind is not touched. */
export interface DockerRule extends RuleBase {
  readonly kind: "docker";
  readonly name: "docker";
  readonly stoppedContainersOlderThanMs: number | undefined;
  /** Since tierkeep first saw it unused. */
  readonly unusedImagesOlderThanMs: number | undefined;
  readonly buildCacheOlderThanMs: number | undefined;
  /** Containers and images with one of these labels, `name` or `name=value`, stay. */
  readonly keepLabels: readonly string[];
  /** Images that are called so, with or without a tag, by digest or by id, stay. */
  readonly keepImages: readonly string[];
  readonly socket: string;
}
