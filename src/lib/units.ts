const durationUnits = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 31_536_000_000 } as const;
const sizeUnits = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
} as const;

/** Milliseconds of `"30d"`; units `s m h d w y`, `m` is minutes and `y` 365 days. `undefined` when it is none. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([smhdwy])$/.exec(text);
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * durationUnits[match[2] as keyof typeof durationUnits]);
}

/** An exact text of a duration, such as `7d`; the inverse of `parseDuration`. Weeks are said in days, as people do. */
export function printDuration(ms: number): string {
  const unit = (["y", "d", "h", "m", "s"] as const).find((name) => ms % durationUnits[name] === 0 && ms > 0);
  return unit === undefined ? `${ms / 1000}s` : `${ms / durationUnits[unit]}${unit}`;
}

/** Bytes of `"5GiB"`; units `B`, `KiB…TiB`, `kB…TB`. `undefined` when it is none. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(B|[KMGT]iB|[kMGT]B)$/.exec(text);
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * sizeUnits[match[2] as keyof typeof sizeUnits]);
}

/** A ratio from 0 to 1 of `"85%"`. `undefined` when it is none. */
export function parsePercent(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*%$/.exec(text);
  const percent = Number(match?.[1]);
  return match === null || percent > 100 ? undefined : percent / 100;
}

/** A size as a person says it: `1.8 GiB`, `210 MiB`, `12 KiB`, `0 B`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** A span of time as a person says it: `11 ms`, `6 s`, `3 min`, `4 h`, `12 d`. */
export function formatDuration(ms: number): string {
  if (ms < 950) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${trimZero((ms / 1000).toFixed(1))} s`;
  if (ms < 99_500) return `${Math.round(ms / 1000)} s`;
  if (ms < 5_400_000) return `${Math.round(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${Math.round(ms / 3_600_000)} h`;
  return `${Math.round(ms / 86_400_000)} d`;
}

function trimZero(text: string): string {
  return text.replace(/\.0$/, "");
}

/** A whole number with separators: `1,204`. */
export function formatCount(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 file`, `412 files`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `81 %`. */
export function formatPercent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}
