const dailyAt = { hour: 4, minute: 15 } as const;

/**
 * The first daily run that begins at or after a moment, in milliseconds since 1970: 04:15 local time. Where the clocks
 * skip that minute the day's run is as much later.
 */
export function nextDailyRun(fromMs: number): number {
  const from = new Date(fromMs);
  for (let days = 0; ; days++) {
    const day = new Date(from.getFullYear(), from.getMonth(), from.getDate() + days, dailyAt.hour, dailyAt.minute);
    if (day.getTime() >= fromMs) return day.getTime();
  }
}
