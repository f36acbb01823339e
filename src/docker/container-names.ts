import { listContainers } from "./containers.ts";
import { EngineFailure, isAbsent, openEngine } from "./engine.ts";

/** The names of all containers by their ids; empty where Docker is not there or does not say. */
export async function containerNames(socket: string, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  try {
    const engine = await openEngine(socket, signal);
    const containers = isAbsent(engine) ? [] : await listContainers(engine);
    return new Map(containers.map(({ id, name }) => [id, name]));
  } catch (error) {
    if (error instanceof EngineFailure) return new Map();
    throw error;
  }
}
