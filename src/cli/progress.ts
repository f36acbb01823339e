import { formatBytes, formatCount, formatDuration, formatPercent, plural } from "../lib/units.ts";
import { bar, paint, type Terminal, textWidth } from "./terminal.ts";

/** One line on stderr, redrawn; nothing where stderr is no terminal. Leaves nothing behind. */
export interface ProgressLine extends Disposable {
  readonly scanned: (job: string, files: number) => void;
  readonly planned: (job: string, totals: { files: number; bytes: number }) => void;
  readonly moved: (job: string, done: { files: number; bytes: number }) => void;
  /** `restored 412 files`, for what has no plan. */
  readonly counted: (verb: string, files: number) => void;
  readonly clear: () => void;
}

const quietMs = 1_000;
const redrawMs = 100;

export function progressLine(terminal: Terminal, elapsed: () => number): ProgressLine {
  const begun = elapsed();
  let drawn = -redrawMs;
  let isShown = false;
  let state = { files: 0, bytes: 0, ahead: 0, of: { files: 0, bytes: 0 }, since: begun };
  const draw = (text: () => string) => {
    const now = elapsed();
    if (!terminal.progress || now - begun < quietMs || now - drawn < redrawMs) return;
    drawn = now;
    isShown = true;
    terminal.note(`\r\x1b[K${text()}`);
  };
  const clear = () => {
    if (isShown) terminal.note("\r\x1b[K");
    isShown = false;
  };
  return {
    scanned: (job, files) => draw(() => cut(`${job}  looking: ${formatCount(files)} files`, terminal.columns())),
    planned: (_job, of) => {
      state = { files: 0, bytes: 0, ahead: 0, of, since: elapsed() };
    },
    moved: (job, { files, bytes }) => {
      // Big files and sets tell their bytes as they go, without a file, and once more when they are done.
      const told = files === 0 ? 0 : Math.min(bytes, state.ahead);
      state.ahead += files === 0 ? bytes : -told;
      state.files += files;
      state.bytes = Math.min(state.bytes + bytes - told, state.of.bytes);
      draw(() => movedText(terminal, { ...state, job, ms: elapsed() - state.since }));
    },
    counted: (verb, files) => draw(() => cut(`${verb} ${plural(files, "file")}`, terminal.columns())),
    clear,
    [Symbol.dispose]: clear,
  };
}

interface Moved {
  readonly job: string;
  readonly files: number;
  readonly bytes: number;
  readonly of: { readonly files: number; readonly bytes: number };
  readonly ms: number;
}

const barWidth = { most: 24, least: 6 };

/** What is wider than the terminal would wrap, and could not be redrawn: the bar gives way, then the end. */
function movedText(terminal: Terminal, { job, files, bytes, of, ms }: Moved): string {
  const rate = bytes / Math.max(ms, 1);
  const ratio = of.bytes === 0 ? files / Math.max(of.files, 1) : bytes / of.bytes;
  const tail = [
    `${amountOf(bytes, of.bytes)}   ${formatCount(files)} of ${formatCount(of.files)}`,
    `${formatBytes(rate * 1000)}/s`,
    ...(rate > 0 ? [`${formatDuration((of.bytes - bytes) / rate)} left`] : []),
  ].join("   ");
  const room = terminal.columns() - 1 - textWidth(job) - textWidth(tail) - 4;
  if (room < barWidth.least) return cut(`${job}  ${tail}`, terminal.columns());
  const gauge = terminal.symbols
    ? bar(terminal, ratio, Math.min(room, barWidth.most))
    : formatPercent(ratio).padStart(5);
  return `${job}  ${gauge}  ${paint(terminal, "dim", tail)}`;
}

/** `1.1 of 1.8 GiB`, `900 MiB of 1.8 GiB`. */
function amountOf(bytes: number, total: number): string {
  const [done, all] = [formatBytes(bytes), formatBytes(total)];
  const [count = "", unit] = done.split(" ");
  return `${unit === all.split(" ")[1] ? count : done} of ${all}`;
}

function cut(text: string, columns: number): string {
  return [...text].slice(0, columns - 1).join("");
}
