import { formatBytes, formatCount, formatDuration } from "../lib/units.ts";
import { bar, paint, type Terminal } from "./terminal.ts";

/** One line on stderr, redrawn; nothing where stderr is no terminal. Leaves nothing behind. */
export interface ProgressLine extends Disposable {
  readonly scanned: (job: string, files: number) => void;
  readonly planned: (job: string, totals: { files: number; bytes: number }) => void;
  readonly moved: (job: string, done: { files: number; bytes: number }) => void;
  readonly clear: () => void;
}

const quietMs = 1_000;
const redrawMs = 100;

export function progressLine(terminal: Terminal, elapsed: () => number): ProgressLine {
  const begun = elapsed();
  let drawn = -redrawMs;
  let isShown = false;
  let state = { job: "", files: 0, bytes: 0, of: { files: 0, bytes: 0 }, since: begun };
  const draw = (text: string) => {
    const now = elapsed();
    if (!terminal.progress || now - begun < quietMs || now - drawn < redrawMs) return;
    drawn = now;
    isShown = true;
    terminal.note(`\r\x1b[K${text}`);
  };
  const clear = () => {
    if (isShown) terminal.note("\r\x1b[K");
    isShown = false;
  };
  return {
    scanned: (job, files) => draw(`${job}  looking: ${formatCount(files)} files`),
    planned: (job, of) => {
      state = { job, files: 0, bytes: 0, of, since: elapsed() };
    },
    moved: (job, { files, bytes }) => {
      // Big files report their bytes as they go, and once more with their batch.
      state.files += files;
      state.bytes = Math.min(state.bytes + bytes, state.of.bytes);
      draw(movedText(terminal, { ...state, job, ms: elapsed() - state.since }));
    },
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

function movedText(terminal: Terminal, { job, files, bytes, of, ms }: Moved): string {
  const rate = bytes / Math.max(ms, 1);
  const left = rate > 0 ? `${formatDuration((of.bytes - bytes) / rate)} left` : "";
  const counts = `${formatBytes(bytes)} of ${formatBytes(of.bytes)}   ${formatCount(files)} of ${formatCount(of.files)}`;
  return `${job}  ${bar(terminal, of.bytes === 0 ? 0 : bytes / of.bytes, 24)}  ${counts}   ${formatBytes(rate * 1000)}/s   ${paint(terminal, "dim", left)}`;
}
