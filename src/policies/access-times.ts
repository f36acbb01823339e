/** When the kernel notes that a file was read (mount(8)). */
export interface AccessTimes {
  readonly mountPoint: string;
  readonly noted: "never" | "daily" | "always";
}

const dayMs = 86_400_000;

export function accessTimesOf(mount: {
  readonly mountPoint: string;
  readonly options: readonly string[];
}): AccessTimes {
  const { mountPoint, options } = mount;
  if (options.includes("noatime")) return { mountPoint, noted: "never" };
  return { mountPoint, noted: options.includes("relatime") ? "daily" : "always" };
}

/** What is to be said of an age that goes by access times (HAZARDS M26); `undefined` where they tell what they should. */
export function accessTimesWarning({ mountPoint, noted }: AccessTimes, unusedForMs: number): string | undefined {
  if (noted === "never") return `${mountPoint} is mounted noatime: reading a file does not make it any younger`;
  if (noted === "always" || unusedForMs >= 2 * dayMs) return undefined;
  return `${mountPoint} is mounted relatime: a read is noted once in 24 h at most, so it may look unused for a day more`;
}
