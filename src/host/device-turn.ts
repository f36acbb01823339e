/** Held by the one thread of a job that has a device to itself for now. */
export type DeviceTurn = Int32Array<SharedArrayBuffer>;

const [free, taken] = [0, 1] as const;
/** Of the time for which the device was busy, it is left to others. */
const restShare = 0.5;
const restAtMostMs = 50;
/** What takes no longer came from memory, or the device is fast enough for all. */
const instantMs = 0.5;

export function newDeviceTurn(): DeviceTurn {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/**
 * Keeps a device busy with one thing once no other thread of the job does, and leaves it to everybody else for a while
 * before the next may (docs/decisions/0021).
 */
export function inTurn<T>(turn: DeviceTurn, work: () => T): T {
  while (Atomics.compareExchange(turn, 0, free, taken) !== free) Atomics.wait(turn, 0, taken);
  const begun = performance.now();
  try {
    return work();
  } finally {
    const busyMs = performance.now() - begun;
    if (busyMs > instantMs) Atomics.wait(turn, 0, taken, Math.min(busyMs * restShare, restAtMostMs));
    Atomics.store(turn, 0, free);
    Atomics.notify(turn, 0, 1);
  }
}
