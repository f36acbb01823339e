/**
 * Milliseconds since 1970 of an ISO 8601 time; without a zone it is local time, and a bare date is the end of that day.
 * `undefined` when it is none.
 */
export function parseMoment(text: string): number | undefined {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) {
    const start = Date.parse(`${text}T00:00:00`);
    if (Number.isNaN(start)) return undefined;
    const next = new Date(start);
    next.setDate(next.getDate() + 1);
    return next.getTime() - 1;
  }
  if (!/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/.test(text)) return undefined;
  const ms = Date.parse(text.replace(" ", "T"));
  return Number.isNaN(ms) ? undefined : ms;
}
