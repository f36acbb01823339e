import type { Database } from "./database.ts";

/** Since when Docker's images have been seen unused; Docker itself does not keep that. */
export interface UnusedImages {
  /** By image id, milliseconds since 1970. */
  readonly since: () => ReadonlyMap<string, number>;
  /** These and no others are unused now: new ones since `nowMs`, all others are forgotten. */
  readonly note: (images: Iterable<string>, nowMs: number) => void;
}

export function openUnusedImages(db: Database): UnusedImages {
  const since = () => {
    const rows = db.prepare("SELECT image, first_seen FROM docker_unused_images").all();
    return new Map(rows.map((row) => [String(row.image), Number(row.first_seen)]));
  };
  return {
    since,
    note: (images, nowMs) =>
      db.transaction(() => {
        const known = since();
        db.prepare("DELETE FROM docker_unused_images").run();
        const insert = db.prepare("INSERT INTO docker_unused_images VALUES (?, ?)");
        // A time after now is from a clock that was wrong: the image's age begins anew.
        for (const image of images) insert.run(image, Math.min(known.get(image) ?? nowMs, nowMs));
      }),
  };
}
