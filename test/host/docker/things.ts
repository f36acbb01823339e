import { execFileSync } from "node:child_process";
import type { TestDocker } from "./dockerd.ts";

/** What a test makes in Docker. */
export interface Things {
  /** An image that can run `sleep` and `sh`; `name:tag`. Answers its id. */
  readonly image: (name: string, labels?: Readonly<Record<string, string>>) => Promise<string>;
  readonly tag: (image: string, name: string) => Promise<void>;
  /** A container that was made and never started. Answers its id. */
  readonly created: (name: string, settings?: ContainerSettings) => Promise<string>;
  readonly running: (name: string, settings?: ContainerSettings) => Promise<string>;
  readonly stopped: (name: string, settings?: ContainerSettings) => Promise<string>;
  readonly act: (name: string, verb: "start" | "stop" | "pause" | "unpause") => Promise<void>;
  readonly containers: () => Promise<Readonly<Record<string, string>>>;
  readonly tags: () => Promise<readonly string[]>;
  readonly volumes: () => Promise<readonly string[]>;
  readonly networks: () => Promise<readonly string[]>;
  /** Removes all containers and images. */
  readonly clear: () => Promise<void>;
  readonly must: (method: string, path: string, body?: object | Buffer) => Promise<unknown>;
}

export interface ContainerSettings {
  readonly image?: string;
  readonly Cmd?: readonly string[];
  readonly Labels?: Readonly<Record<string, string>>;
  readonly Volumes?: Readonly<Record<string, object>>;
  readonly HostConfig?: object;
}

/** A Docker with nothing in it but these images. */
export async function emptyDocker(docker: TestDocker | undefined, ...images: readonly string[]) {
  if (docker === undefined) throw new Error("this test should have been skipped");
  const things = thingsOf(docker);
  await things.clear();
  for (const image of images) await things.image(image);
  return { docker, things };
}

export function thingsOf(docker: TestDocker): Things {
  const must = async (method: string, path: string, body?: object | Buffer) => {
    const answer = await docker.api(method, path, body);
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const created: Things["created"] = async (name, { image = "base:1", HostConfig = {}, ...settings } = {}) => {
    const made = await must("POST", `/containers/create?name=${name}`, {
      Image: image,
      Cmd: ["/bin/sleep", "1000"],
      StopSignal: "SIGKILL",
      ...settings,
      HostConfig: { NetworkMode: "none", ...HostConfig },
    });
    return (made as { Id: string }).Id;
  };
  const act: Things["act"] = async (name, verb) => void (await must("POST", `/containers/${name}/${verb}`));
  const running: Things["running"] = async (name, settings) => {
    const id = await created(name, settings);
    await act(name, "start");
    return id;
  };
  return {
    must,
    created,
    act,
    running,
    image: (name, labels) => importImage(must, name, labels ?? {}),
    tag: async (image, name) => {
      const [, repo, tag] = /^(.*):(.*)$/.exec(name) ?? [];
      await must("POST", `/images/${image}/tag?repo=${repo}&tag=${tag}`);
    },
    stopped: async (name, settings) => {
      const id = await running(name, settings);
      await act(name, "stop");
      return id;
    },
    ...listings(must),
    clear: () => clear(must),
  };
}

async function clear(must: Must): Promise<void> {
  const { containers, tags } = listings(must);
  for (const name of Object.keys(await containers())) await must("DELETE", `/containers/${name}?force=1`);
  // One that others stand on goes with the last of them.
  for (let left = await tags(); left.length > 0; left = await tags())
    await must("DELETE", `/images/${left[0]}?force=1`);
}

type Must = Things["must"];

function listings(must: Must): Pick<Things, "containers" | "tags" | "volumes" | "networks"> {
  return {
    containers: async () => {
      const found = (await must("GET", "/containers/json?all=1")) as { Names: string[]; State: string }[];
      return Object.fromEntries(found.map(({ Names, State }) => [Names[0]?.slice(1), State]));
    },
    tags: async () => {
      const found = (await must("GET", "/images/json?all=1")) as { Id: string; RepoTags: string[] | null }[];
      return found
        .flatMap(({ Id, RepoTags }) => (RepoTags?.[0]?.startsWith("<none>") ? [Id] : (RepoTags ?? [Id])))
        .sort();
    },
    volumes: async () => {
      const { Volumes } = (await must("GET", "/volumes")) as { Volumes: { Name: string }[] };
      return Volumes.map(({ Name }) => Name).sort();
    },
    networks: async () => {
      const found = (await must("GET", "/networks")) as { Name: string }[];
      return found.map(({ Name }) => Name).sort();
    },
  };
}

async function importImage(must: Must, name: string, labels: Readonly<Record<string, string>>): Promise<string> {
  const [repo, tag] = name.split(":");
  const changes = Object.entries(labels).map(
    ([key, value]) => `&changes=${encodeURIComponent(`LABEL ${key}=${value}`)}`,
  );
  const answer = await must(
    "POST",
    `/images/create?fromSrc=-&repo=${repo}&tag=${tag}${changes.join("")}`,
    smallSystem(),
  );
  return (answer as { status: string }).status;
}

/** `sleep` and `sh` with the libraries that they need, as a tar. */
function smallSystem(): Buffer {
  const programs = ["/bin/sleep", "/bin/sh"];
  const libraries = execFileSync("ldd", programs, { encoding: "utf8" }).match(/\/\S+(?= \(0x)/g) ?? [];
  const files = [...programs, ...new Set(libraries)].map((path) => path.slice(1));
  return execFileSync("tar", ["-chf", "-", "-C", "/", ...files], { maxBuffer: 2 ** 26 });
}
