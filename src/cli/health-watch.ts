import { setTimeout as pause } from "node:timers/promises";
import type { HealthReport } from "../reports/health.ts";
import type { Cli } from "./cli.ts";

const everyMs = 5_000;
const enterScreen = "\x1b[?1049h\x1b[?25l";
const leaveScreen = "\x1b[?25h\x1b[?1049l";
const fromTheTop = "\x1b[H";
const clearLineRest = "\x1b[K";
const clearBelow = "\x1b[J";

/** Asks and shows again and again until a signal; on a terminal in place, and it leaves nothing behind. */
export async function watchHealth(
  ask: () => Promise<HealthReport>,
  render: (report: HealthReport) => string,
  cli: Cli,
): Promise<HealthReport | undefined> {
  const { terminal, signal } = cli;
  const inPlace = terminal.symbols || terminal.colour;
  let last: HealthReport | undefined;
  if (inPlace) terminal.print(enterScreen);
  try {
    while (!signal.aborted) {
      const report = await ask();
      if (signal.aborted) break; // what was given up half-way would look like hung tiers
      last = report;
      terminal.print(inPlace ? frame(render(report), cli) : render(report));
      await pause(everyMs, undefined, { signal }).catch(whenAborted);
    }
  } finally {
    if (inPlace) terminal.print(leaveScreen);
  }
  return last;
}

function frame(text: string, cli: Cli): string {
  const lines = [
    ...text.trimEnd().split("\n"),
    "",
    `at ${clockTime(cli.host.clock.now())}, again every 5 s; Ctrl-C ends`,
  ];
  return `${fromTheTop}${lines.map((line) => line + clearLineRest).join("\n")}\n${clearBelow}`;
}

function clockTime(ms: number): string {
  return new Date(ms).toTimeString().slice(0, 8);
}

function whenAborted(error: unknown): void {
  if (!(error instanceof Error && error.name === "AbortError")) throw error;
}
