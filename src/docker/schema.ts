import type * as z from "zod";
import { durationField, listField, pathField, textField } from "../lib/fields.ts";
import { type DockerRule, defaultSocket } from "./rule.ts";

/** The keys of `[docker]`. */
export const dockerShape = {
  stopped_containers_older_than: durationField()
    .optional()
    .describe("Containers that stopped longer ago than this go. Absent: none does."),
  unused_images_older_than: durationField()
    .optional()
    .describe("Images that tierkeep has seen unused for this long go, dangling or not. Absent: none does."),
  build_cache_older_than: durationField()
    .optional()
    .describe("Build cache that was last used longer ago than this goes. Absent: none does."),
  keep_labels: listField(textField('a label such as "tierkeep.keep"'), 'a list of labels such as ["tierkeep.keep"]')
    .prefault(["tierkeep.keep"])
    .describe("Labels that protect a container or an image, whatever their value; `name=value` asks for that one."),
  keep_images: listField(textField('an image such as "registry/app"'), 'a list of images such as ["postgres"]')
    .prefault([])
    .describe("Images that stay: by name for every tag, by `name:tag`, by `name@sha256:...`, by digest or by id."),
  socket: pathField().prefault(defaultSocket).describe("The Docker Engine's socket."),
};

export function dockerRule(table: z.output<z.ZodObject<typeof dockerShape>>): DockerRule {
  return {
    kind: "docker",
    name: "docker",
    formerly: [],
    needs: [],
    stoppedContainersOlderThanMs: table.stopped_containers_older_than,
    unusedImagesOlderThanMs: table.unused_images_older_than,
    buildCacheOlderThanMs: table.build_cache_older_than,
    keepLabels: table.keep_labels,
    keepImages: table.keep_images,
    socket: table.socket,
  };
}
