import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Roll } from "./dice.ts";
import {
  type DockerThings,
  isUsed,
  liveADayOfDocker,
  type StandInContainer,
  type StandInImage,
} from "./docker-things.ts";

const dayMs = 86_400_000;

/** How old things are when they go, as the configuration says. */
export const dockerAges = { containerMs: 7 * dayMs, imageMs: 14 * dayMs, cacheMs: 7 * dayMs };

/**
 * A stand-in for the Docker Engine, since a real one has no manual clock; test/host/docker has that. It answers as much
 * as tierkeep asks for, refuses what the Engine refuses, and writes down whatever must never be asked for.
 */
export interface DockerStandIn extends AsyncDisposable {
  readonly socket: string;
  readonly things: DockerThings;
  /** What was asked for and must never be. */
  readonly faults: readonly string[];
  /** By kind, how many went. */
  readonly removed: ReadonlyMap<string, number>;
  readonly liveUntil: (ms: number) => void;
  /** Containers that nothing protects and that stopped long enough ago. */
  readonly dueContainers: () => readonly StandInContainer[];
}

export async function startDockerStandIn(
  socket: string,
  { fromMs, roll }: { readonly fromMs: number; readonly roll: Roll },
): Promise<DockerStandIn> {
  const kinds = { containers: new Map(), images: new Map(), cache: new Map() };
  const things: DockerThings = { nowMs: fromMs, built: 0, ...kinds };
  let livedMs = fromMs;
  const asked: Asked = { things, roll, faults: [], removed: new Map() };
  const server = createServer((request, response) => answer(asked, request, response));
  const listening = Promise.withResolvers<void>();
  server.listen(socket, listening.resolve);
  await listening.promise;
  return {
    ...{ socket, things, faults: asked.faults, removed: asked.removed },
    liveUntil: (ms) => {
      for (; livedMs + dayMs <= ms; livedMs += dayMs) {
        things.nowMs = livedMs;
        liveADayOfDocker(things, roll);
      }
      things.nowMs = ms;
    },
    dueContainers: () =>
      [...things.containers.values()].filter(
        ({ isRunning, isKept, endedMs }) => !isRunning && !isKept && things.nowMs - endedMs >= dockerAges.containerMs,
      ),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

interface Asked {
  readonly things: DockerThings;
  readonly roll: Roll;
  readonly faults: string[];
  readonly removed: Map<string, number>;
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

function answer(asked: Asked, { method = "", url = "" }: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const path = pathname.replace(/^\/v1\.\d+/, "");
  const [, kind = "", id = ""] = /^\/([a-z]+)\/(.+?)(?:\/json)?$/.exec(path) ?? [];
  const { status, body } = replyTo(asked, { method, path, kind, id: decodeURIComponent(id), query: searchParams });
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

interface Question {
  readonly method: string;
  readonly path: string;
  readonly kind: string;
  readonly id: string;
  readonly query: URLSearchParams;
}

function replyTo(asked: Asked, question: Question): Reply {
  const { method, path, kind } = question;
  const { containers, images } = asked.things;
  const known: Readonly<Record<string, () => unknown>> = {
    "GET /version": () => ({ ApiVersion: "1.47", MinAPIVersion: "1.24" }),
    "GET /info": () => ({ ID: "stand-in" }),
    "GET /containers/json": () => [...containers.values()].map(listedContainer),
    "GET /images/json": () => [...images.values()].map(listedImage),
    "GET /system/df": () => diskUsage(asked.things),
    "POST /build/prune": () => prune(asked, question),
  };
  const listed = known[`${method} ${path}`];
  if (listed !== undefined) return { status: 200, body: listed() };
  if (method === "GET" && kind === "containers") return inspectContainer(asked, question);
  if (method === "GET" && kind === "images") return inspectImage(asked, question);
  if (method === "DELETE" && kind === "containers") return removeContainer(asked, question);
  if (method === "DELETE" && kind === "images") return removeImage(asked, question);
  asked.faults.push(`${method} ${path}`);
  return { status: 404, body: { message: "this stand-in does not know that" } };
}

const gone: Reply = { status: 404, body: { message: "no such thing" } };
const labels = (isKept: boolean) => (isKept ? { "tierkeep.keep": "" } : {});

function listedContainer({ id, name, imageId, isRunning, isKept, createdMs }: StandInContainer) {
  const State = isRunning ? "running" : "exited";
  const Created = Math.floor(createdMs / 1000);
  return { Id: id, Names: [`/${name}`], Image: imageId, ImageID: imageId, Labels: labels(isKept), State, Created };
}

function listedImage({ id, tags, isKept }: StandInImage) {
  return { Id: id, ParentId: "", RepoTags: tags, RepoDigests: [], Labels: labels(isKept), Size: 1_000 };
}

function inspectContainer({ things, roll }: Asked, { id, query }: Question): Reply {
  const container = things.containers.get(id);
  if (container === undefined) return gone;
  const { name, imageId, isKept, isRunning, endedMs, createdMs } = container;
  const State = { Status: isRunning ? "running" : "exited", FinishedAt: new Date(endedMs).toISOString() };
  const Config = { Image: imageId, Labels: labels(isKept) };
  // Its size is asked for when it is planned: some start again between that and the deed (HAZARDS D13).
  if (query.has("size") && roll(4) === 0) container.isRunning = true;
  const Created = new Date(createdMs).toISOString();
  return { status: 200, body: { Id: id, Name: `/${name}`, Image: imageId, Config, State, Created, SizeRw: 100 } };
}

function inspectImage({ things }: Asked, { id }: Question): Reply {
  const image = things.images.get(id) ?? [...things.images.values()].find(({ tags }) => tags.includes(id));
  if (image === undefined) return gone;
  return { status: 200, body: { Id: image.id, Metadata: { LastTagTime: new Date(image.taggedMs).toISOString() } } };
}

function diskUsage({ images, cache }: DockerThings) {
  const CreatedAt = new Date(0).toISOString();
  return {
    Images: [...images.keys()].map((Id) => ({ Id, Size: 1_000, SharedSize: 0 })),
    BuildCache: [...cache.values()].map(({ id, parents, isInUse, usedMs }) => ({
      ...{ ID: id, Parents: parents, Type: "regular", InUse: isInUse, Shared: false, Size: 10, CreatedAt },
      LastUsedAt: new Date(usedMs).toISOString(),
    })),
  };
}

function removeContainer(asked: Asked, { id, query }: Question): Reply {
  const { containers, images, nowMs } = asked.things;
  const container = containers.get(id);
  if (container === undefined) return gone;
  const { name, isRunning, isKept, endedMs, imageId } = container;
  if (query.get("v") !== "false" || query.get("force") !== "false")
    asked.faults.push(`${name} with volumes or by force`);
  if (isRunning) asked.faults.push(`${name}, which runs`);
  if (isKept) asked.faults.push(`${name}, which is labelled`);
  if (nowMs - endedMs < dockerAges.containerMs) asked.faults.push(`${name}, which stopped lately`);
  if (isRunning) return { status: 409, body: { message: "it runs" } };
  containers.delete(id);
  const image = images.get(imageId);
  if (image !== undefined && !isUsed(asked.things, imageId)) image.unusedMs = nowMs;
  return remove(asked, "container");
}

function removeImage(asked: Asked, { id, query }: Question): Reply {
  const { images, nowMs } = asked.things;
  const image = images.get(id);
  if (image === undefined) return gone;
  if (query.get("force") !== "false") asked.faults.push(`${id} by force`);
  if (image.isKept) asked.faults.push(`${id}, which is labelled`);
  if (isUsed(asked.things, id)) asked.faults.push(`${id}, which a container has`);
  if (nowMs - image.unusedMs < dockerAges.imageMs) asked.faults.push(`${id}, which was used lately`);
  if (isUsed(asked.things, id)) return { status: 409, body: { message: "a container has it" } };
  images.delete(id);
  return remove(asked, "image");
}

function prune(asked: Asked, { query }: Question) {
  const { id = [""] } = JSON.parse(query.get("filters") ?? "{}") as { id?: readonly string[] };
  const { cache, nowMs } = asked.things;
  const record = cache.get((id[0] ?? "").slice(1, -1));
  const isNeeded = [...cache.values()].some(({ parents }) => record !== undefined && parents.includes(record.id));
  if (record === undefined || record.isInUse || isNeeded) return { CachesDeleted: [], SpaceReclaimed: 0 };
  if (nowMs - record.usedMs < dockerAges.cacheMs) asked.faults.push(`cache ${record.id}, which was used lately`);
  cache.delete(record.id);
  remove(asked, "build-cache");
  return { CachesDeleted: [record.id], SpaceReclaimed: 10 };
}

function remove({ removed }: Asked, kind: string): Reply {
  removed.set(kind, (removed.get(kind) ?? 0) + 1);
  return { status: 200, body: [] };
}
