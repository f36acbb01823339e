import { closeFd } from "../host/posix.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { Copied, CopyTask, IndexedSetback } from "./copier-messages.ts";
import { onSource, type Setback } from "./failure.ts";

/** What a thread knows of one file on its way. */
export interface PieceFile {
  readonly task: CopyTask;
  /** On the source, from its copy until it is gone: its inode cannot become another file meanwhile. */
  source: number | undefined;
  /** On the staged copy, from its writing until it was read back. */
  staged: number | undefined;
  copied: Copied | undefined;
  setback: Setback | undefined;
}

export type Piece = readonly PieceFile[];

/** `copied` is known of a copy that this thread did not make itself. */
export function newPieceFile(task: CopyTask, copied?: Copied): PieceFile {
  return { task, source: undefined, staged: undefined, copied, setback: undefined };
}

/** The name of a copy in the staging folder. */
export function stagedName(seq: number): RawPath {
  return String(seq) as RawPath;
}

/** Runs a step for each file that nothing stands in the way of; what newly does is returned. */
export function eachFile(
  piece: Piece,
  step: (file: PieceFile, index: number) => Setback | undefined,
): readonly IndexedSetback[] {
  const setbacks: IndexedSetback[] = [];
  piece.forEach((file, index) => {
    if (file.setback !== undefined) return;
    file.setback = step(file, index);
    if (file.setback !== undefined) setbacks.push([index, file.setback]);
  });
  return setbacks;
}

/** Closes the descriptors of a file; what a write left untold until now is thrown (HAZARDS M11). */
export function closeStaged(file: PieceFile): void {
  const { staged } = file;
  file.staged = undefined;
  if (staged !== undefined) closeFd(staged, file.task.path);
}

/** Closes what is open for a file that is done with; nothing rests any more on what `close` could tell. */
export function closeFile(file: PieceFile): void {
  const open = [file.staged, file.source];
  file.staged = undefined;
  file.source = undefined;
  for (const fd of open) if (fd !== undefined) onSource(() => closeFd(fd, file.task.path));
}
