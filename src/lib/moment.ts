/**
 * Milliseconds since 1970 of an ISO 8601 time; without a zone it is local time, and a bare date is the end of that day.
 * A time without a fraction is the end of its second, so that what a screen shows can be typed again.
 * `undefined` when it is none.
 */
export function parseMoment(text: string): number | undefined {
  if (!hasRealDay(text)) return undefined;
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const start = Date.parse(`${text}T00:00:00`);
    if (Number.isNaN(start)) return undefined;
    // From its parts: midnight itself may not exist, and a day may have 23 or 25 hours.
    const day = new Date(start);
    return new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).getTime() - 1;
  }
  if (!/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/.test(text)) return undefined;
  const ms = Date.parse(text.replace(" ", "T"));
  if (Number.isNaN(ms)) return undefined;
  return text.includes(".") ? ms : ms + 999;
}

/** `Date.parse` takes 30 February for 2 March. */
function hasRealDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

/** `2026-11-23 04:15:00`, local time: as `parseMoment` reads it. */
export function formatLocal(ms: number): string {
  const at = new Date(ms);
  const two = (part: number) => String(part).padStart(2, "0");
  const date = [String(at.getFullYear()).padStart(4, "0"), two(at.getMonth() + 1), two(at.getDate())].join("-");
  return `${date} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":")}`;
}
