import assert from "node:assert/strict";
import { test } from "node:test";
import type * as z from "zod";
import { type Engine, EngineFailure } from "./engine.ts";
import { removeImage } from "./images.ts";

/** Stands in for a Docker in which names go to other images between two requests, which cannot be timed. */
function engineWhere(names: Readonly<Record<string, string>>): { readonly engine: Engine; readonly deleted: string[] } {
  const deleted: string[] = [];
  const ask = async <T>(answer: z.ZodType<T>, { method, path }: { method?: string; path: string }): Promise<T> => {
    const name = path.replace(/^\/images\/|\/json$|\?.*$/g, "");
    if (method === "DELETE") deleted.push(path.replace("/images/", ""));
    else if (names[name] === undefined) throw new EngineFailure("no such image", { status: 404, code: "HTTP 404" });
    return answer.parse({ Id: names[name] });
  };
  return { engine: { socket: "", id: "", ask }, deleted };
}

test("a name that went to another image in the last instant is not taken from it", async () => {
  const { engine, deleted } = engineWhere({ "app:2": "sha256:new", "app:3": "sha256:old" });
  await removeImage(engine, { id: "sha256:old", tags: ["app:1", "app:2", "app:3", "app:gone"] });
  const gently = "?force=false&noprune=true";
  assert.deepEqual(deleted, [`app:3${gently}`, `sha256:old${gently}`]);
});
