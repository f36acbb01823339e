export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

/** The median of the ratios within each round, so that a noisy minute troubles both sides alike. */
export function medianRatio(own: readonly number[], other: readonly number[]): number {
  return median(own.map((value, index) => value / (other[index] ?? Number.NaN)));
}
