/** Milliseconds of a time that Docker tells; `undefined` for its zero (the year 1), which stands for "never". */
export function millisecondsOf(time: string | null | undefined): number | undefined {
  const ms = Date.parse(time ?? "");
  return ms > 0 ? ms : undefined;
}
