/** Starts up to `ahead` pieces of work at a time and gives their results in the order of the items. */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  start: (item: Item) => Promise<Result>,
  ahead: number,
): AsyncGenerator<Result> {
  const started: Promise<Result>[] = [];
  try {
    for (const item of items) {
      started.push(start(item));
      const first = started[0];
      if (started.length < ahead || first === undefined) continue;
      yield await first;
      started.shift();
    }
    for (let first = started.shift(); first !== undefined; first = started.shift()) yield await first;
  } finally {
    // Whoever stops early must not leave work behind that still uses his descriptors.
    await Promise.allSettled(started);
  }
}
