import * as z from "zod";
import { type Engine, patientMs } from "./engine.ts";
import { millisecondsOf } from "./stamp.ts";

/** One record of BuildKit's cache. */
export interface CacheRecord {
  readonly id: string;
  readonly parents: readonly string[];
  /** A build works with it now. */
  readonly isInUse: boolean;
  /** An image has the same content, so that removing it frees nothing. */
  readonly isShared: boolean;
  /** BuildKit's own; its prune leaves those alone. */
  readonly isInternal: boolean;
  readonly sizeBytes: number;
  readonly usedMs: number | undefined;
}

export interface DiskUsage {
  /** Bytes that an image has alone, by its id. */
  readonly imageBytes: ReadonlyMap<string, number>;
  readonly buildCache: readonly CacheRecord[];
}

/** What Docker says that things take. Before API 1.42 it counts volumes, too, which can take minutes. @throws EngineFailure */
export async function readDiskUsage(engine: Engine): Promise<DiskUsage> {
  const question = { path: "/system/df?type=image&type=build-cache", timeoutMs: patientMs };
  const { Images, BuildCache } = await engine.ask(usage, question);
  return {
    imageBytes: new Map((Images ?? []).map(({ Id, Size, SharedSize }) => [Id, Size - Math.max(SharedSize, 0)])),
    buildCache: (BuildCache ?? []).map((record) => ({
      id: record.ID,
      parents: record.Parents ?? [record.Parent ?? ""].filter((id) => id !== ""),
      isInUse: record.InUse,
      isShared: record.Shared,
      isInternal: record.Type === "internal" || record.Type === "frontend",
      sizeBytes: record.Size,
      usedMs: millisecondsOf(record.LastUsedAt ?? record.CreatedAt),
    })),
  };
}

/**
 * Removes one record if it has not been used for `unusedForMs` and nothing needs it; the Engine itself looks at that
 * under its lock. Returns the bytes that came free; `undefined`: it stayed. @throws EngineFailure
 */
export async function pruneCacheRecord(
  engine: Engine,
  { id, unusedForMs }: { readonly id: string; readonly unusedForMs: number },
): Promise<number | undefined> {
  const filters = { id: [`^${id}$`], until: [`${Math.floor(unusedForMs / 1000)}s`] };
  const { CachesDeleted, SpaceReclaimed } = await engine.ask(pruned, {
    method: "POST",
    path: `/build/prune?filters=${encodeURIComponent(JSON.stringify(filters))}`,
    timeoutMs: patientMs,
  });
  return CachesDeleted?.includes(id) ? SpaceReclaimed : undefined;
}

const usage = z.object({
  Images: z.array(z.object({ Id: z.string(), Size: z.number(), SharedSize: z.number() })).nullish(),
  BuildCache: z
    .array(
      z.object({
        ID: z.string(),
        /** Until API 1.41; `Parents` since. */
        Parent: z.string().nullish(),
        Parents: z.array(z.string()).nullish(),
        Type: z.string(),
        InUse: z.boolean(),
        Shared: z.boolean(),
        Size: z.number(),
        CreatedAt: z.string(),
        LastUsedAt: z.string().nullish(),
      }),
    )
    .nullish(),
});
const pruned = z.object({ CachesDeleted: z.array(z.string()).nullish(), SpaceReclaimed: z.number() });
