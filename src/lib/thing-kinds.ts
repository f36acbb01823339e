/** What jobs remove that is no file, and the words for it. */
export const thingKinds = {
  container: "container",
  image: "image",
  "build-cache": "build cache record",
} as const;

export type ThingKind = keyof typeof thingKinds;
