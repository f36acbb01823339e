import type { Image } from "./images.ts";
import type { DockerRule } from "./rule.ts";

type Labels = Readonly<Record<string, string>>;

/** A label of the list is there; an entry `name=value` asks for that very value, any other for the label alone. */
export function hasKeepLabel(rule: Pick<DockerRule, "keepLabels">, labels: Labels): boolean {
  return rule.keepLabels.some((entry) => {
    const [name = "", value] = split(entry, "=");
    return Object.hasOwn(labels, name) && (value === undefined || labels[name] === value);
  });
}

/** `keep_images` names it: by name for every tag and digest, by `name:tag`, by `name@sha256:…`, or by id or digest. */
export function isProtectedImage(rule: Pick<DockerRule, "keepLabels" | "keepImages">, image: Image): boolean {
  if (hasKeepLabel(rule, image.labels)) return true;
  const names = new Set(namesOf(image).map(familiarName));
  return rule.keepImages.some((entry) => names.has(familiarName(entry)) || isIdOf(entry, image));
}

function namesOf({ tags, digests }: Image): readonly string[] {
  return [
    ...tags.flatMap((tag) => [tag, tag.replace(/:[^:/]+$/, "")]),
    ...digests.flatMap((digest) => [digest, ...split(digest, "@")]),
  ];
}

/** As Docker itself shortens it: `docker.io/library/postgres` is `postgres`. */
function familiarName(name: string): string {
  return name.replace(/^(index\.)?docker\.io\//, "").replace(/^library\//, "");
}

const shortestId = 12;

function isIdOf(entry: string, { id }: Image): boolean {
  const hex = entry.replace(/^sha256:/, "");
  return hex.length >= shortestId && id.startsWith(`sha256:${hex}`);
}

/** At the first separator; without one the second part is absent. */
function split(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
