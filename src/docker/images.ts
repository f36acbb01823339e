import * as z from "zod";
import { type Engine, isGone, patientMs } from "./engine.ts";
import { millisecondsOf } from "./stamp.ts";

export interface Image {
  /** `sha256:…` */
  readonly id: string;
  /** The image that it was built on, where Docker knows it. */
  readonly parents: readonly string[];
  /** `name:tag` */
  readonly tags: readonly string[];
  /** `name@sha256:…` */
  readonly digests: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly sizeBytes: number;
}

/** All images, those that others were built on included. @throws EngineFailure */
export async function listImages(engine: Engine): Promise<readonly Image[]> {
  const found = await engine.ask(z.array(listed), { path: "/images/json?all=1" });
  return found.map(({ Id, ParentId, RepoTags, RepoDigests, Labels, Size }) => ({
    id: Id,
    parents: ParentId === "" ? [] : [ParentId],
    tags: named(RepoTags),
    digests: named(RepoDigests),
    labels: Labels ?? {},
    sizeBytes: Size,
  }));
}

/** When it last got a name, by a build or a pull. @throws EngineFailure with status 404 when it is gone */
export async function taggedAt(engine: Engine, id: string): Promise<number | undefined> {
  const { Metadata } = await engine.ask(inspected, { path: `/images/${id}/json` });
  return millisecondsOf(Metadata?.LastTagTime);
}

/**
 * Removes an image and all of its names, never by force and never what it was built on.
 * @throws EngineFailure with status 409 when something uses it
 */
export async function removeImage(engine: Engine, { id, tags }: Pick<Image, "id" | "tags">): Promise<void> {
  // With its last name it goes by its id, since a name may be another image's by then.
  for (const tag of tags.slice(1)) if ((await idOf(engine, tag)) === id) await remove(engine, tag);
  await remove(engine, id);
}

async function idOf(engine: Engine, name: string): Promise<string | undefined> {
  try {
    return (await engine.ask(z.object({ Id: z.string() }), { path: `/images/${name}/json` })).Id;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

async function remove(engine: Engine, name: string): Promise<void> {
  const path = `/images/${name}?force=false&noprune=true`;
  await engine.ask(z.unknown(), { method: "DELETE", path, timeoutMs: patientMs });
}

const listed = z.object({
  Id: z.string(),
  ParentId: z.string().default(""),
  RepoTags: z.array(z.string()).nullish(),
  RepoDigests: z.array(z.string()).nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
  Size: z.number(),
});
const inspected = z.object({ Metadata: z.object({ LastTagTime: z.string().nullish() }).nullish() });

/** Before API 1.43 an image without a name was called `<none>:<none>`. */
function named(names: readonly string[] | null | undefined): readonly string[] {
  return (names ?? []).filter((name) => !name.startsWith("<none>"));
}
