/**
 * Starts a piece of work for each item, as many at a time as there are rooms, and gives the results in the order of the
 * items. A result's room is other work's once the next result is asked for.
 */
export async function* inOrder<Item, Room, Result>(
  items: Iterable<Item>,
  rooms: readonly Room[],
  start: (item: Item, room: Room) => Promise<Result>,
): AsyncGenerator<Result> {
  const started: { readonly room: Room; readonly result: Promise<Result> }[] = [];
  try {
    for (const item of items) {
      const first = started.length < rooms.length ? undefined : started[0];
      if (first !== undefined) {
        yield await first.result;
        started.shift();
      }
      const room = first?.room ?? rooms[started.length];
      if (room === undefined) throw new Error("work in order needs a room");
      started.push({ room, result: start(item, room) });
    }
    for (let first = started.shift(); first !== undefined; first = started.shift()) yield await first.result;
  } finally {
    // Whoever stops early must not leave work behind that still uses his descriptors.
    await Promise.allSettled(started.map(({ result }) => result));
  }
}
