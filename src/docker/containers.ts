import * as z from "zod";
import { type Engine, patientMs } from "./engine.ts";
import { millisecondsOf } from "./stamp.ts";

export interface Container {
  readonly id: string;
  readonly name: string;
  readonly imageId: string;
  /** What it was made from, in the words of then: a name, or an id. */
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `running`, `exited`, …; what is not known here counts as running. */
  readonly state: string;
  /**
   * When it stopped; of one that never ran, when it was made. In a list, which does not have that, when it was made:
   * the earliest that it can have stopped.
   */
  readonly endedMs: number | undefined;
}

/** All containers, running or not. @throws EngineFailure */
export async function listContainers(engine: Engine): Promise<readonly Container[]> {
  const found = await engine.ask(z.array(listed), { path: "/containers/json?all=1" });
  return found.map(({ Id, Names, Image, ImageID, Labels, State, Created }) => ({
    id: Id,
    name: nameOf(Names ?? []) ?? Id.slice(0, 12),
    imageId: ImageID,
    image: Image,
    labels: Labels ?? {},
    state: State,
    endedMs: Created * 1000,
  }));
}

/** One container as it is now. @throws EngineFailure with status 404 when it is gone */
export async function inspectContainer(engine: Engine, id: string): Promise<Container> {
  const { Id, Name, Image, Config, State, Created } = await engine.ask(inspected, { path: `/containers/${id}/json` });
  const { Status: state, FinishedAt } = State;
  return {
    id: Id,
    name: Name.replace(/^\//, ""),
    imageId: Image,
    image: Config.Image,
    labels: Config.Labels ?? {},
    state,
    endedMs: millisecondsOf(state === "created" ? Created : FinishedAt),
  };
}

/** Bytes that its own layer takes; the Engine walks that layer for it. @throws EngineFailure */
export async function sizeOfContainer(engine: Engine, id: string): Promise<number> {
  const question = { path: `/containers/${id}/json?size=1`, timeoutMs: patientMs };
  return (await engine.ask(z.object({ SizeRw: z.number().default(0) }), question)).SizeRw;
}

/** Neither its volumes go with it, nor is a running one stopped. @throws EngineFailure, with status 409 when it runs */
export async function removeContainer(engine: Engine, id: string): Promise<void> {
  const path = `/containers/${id}?v=false&force=false`;
  await engine.ask(z.unknown(), { method: "DELETE", path, timeoutMs: patientMs });
}

const labels = z.record(z.string(), z.string()).nullish();
const listed = z.object({
  Id: z.string(),
  Names: z.array(z.string()).nullish(),
  Image: z.string(),
  ImageID: z.string(),
  Labels: labels,
  State: z.string(),
  /** Seconds since 1970. */
  Created: z.number(),
});
const inspected = z.object({
  Id: z.string(),
  Name: z.string(),
  Image: z.string(),
  Config: z.object({ Image: z.string(), Labels: labels }),
  State: z.object({ Status: z.string(), FinishedAt: z.string().nullish() }),
  Created: z.string(),
});

/** Its own; one with a second slash is what another container calls it. */
function nameOf(names: readonly string[]): string | undefined {
  return names.find((name) => name.lastIndexOf("/") === 0)?.slice(1);
}
