const words = new BigInt64Array(4); // two struct timespec

/** Access and modification time, in nanoseconds since 1970, as utimensat(2) takes them; used again at the next call. */
export function timespecs(accessedNs: bigint, modifiedNs: bigint): BigInt64Array {
  write(0, accessedNs);
  write(2, modifiedNs);
  return words;
}

function write(at: number, ns: bigint): void {
  const seconds = ns >= 0n ? ns / 1_000_000_000n : -((-ns + 999_999_999n) / 1_000_000_000n);
  words[at] = seconds;
  words[at + 1] = ns - seconds * 1_000_000_000n;
}
