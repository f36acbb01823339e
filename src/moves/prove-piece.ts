import { closeFd, dropCache } from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import { openWriterProbe } from "../host/writers.ts";
import { hasCode } from "../lib/errors.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { CopierContext } from "./copier-context.ts";
import type { Copied, CopyTask, ExamineTask, IndexedSetback } from "./copier-messages.ts";
import { openSourceOf } from "./copy-file.ts";
import { isSetback, onSource, onTier, type Setback } from "./failure.ts";
import { closeStaged, eachFile, type Piece, type PieceFile } from "./piece.ts";
import { compareFound, compareStored, notThere, openStored, type StoredContent } from "./read-back.ts";
import { judgeSource } from "./source-file.ts";

/** Step 4: what was written is read back and compared. Links share what the first of them was compared by. */
export function comparePiece(context: CopierContext, piece: Piece): readonly IndexedSetback[] {
  return eachFile(piece, (file) => {
    if (file.staged === undefined || file.copied === undefined) return undefined;
    const problem = onTier(() => compareOpen(context, file, contentOf(file.task, file.copied)));
    return problem === undefined ? undefined : readBackSetback(problem);
  });
}

function compareOpen(context: CopierContext, file: PieceFile, content: StoredContent): string | undefined {
  if (file.staged === undefined) return undefined;
  if (context.readBack === "device") dropCache(file.staged);
  const problem = compareStored({ fd: file.staged, turn: context.turn }, content);
  closeStaged(file);
  return problem;
}

export function readBackSetback(problem: string): Setback {
  return { verdict: "failed", code: "READ_BACK", message: `the copy read back differs: ${problem}` };
}

export function contentOf(task: Pick<CopyTask, "identity">, copied: Copied | undefined): StoredContent {
  if (copied === undefined) throw new Error("a file without a copy has no content to compare");
  const { storedBytes, storedSha256, sha256, compression } = copied;
  return { storedBytes, storedSha256, sha256, compression, sizeBytes: task.identity.sizeBytes };
}

/** Step 5: the sources are still what was copied, and nobody writes to them. */
export function recheckPiece(context: CopierContext, piece: Piece): readonly IndexedSetback[] {
  const probe = openWriterProbe(context.leases);
  return eachFile(piece, (file) => {
    const { source, task } = file;
    if (source === undefined) return openAgain(context, file);
    const verdict = onSource(() =>
      judgeSource({ fd: source, stat: statFd(source) }, { identity: task.identity, probe }),
    );
    return typeof verdict === "string" ? { verdict } : verdict;
  });
}

function openAgain(context: CopierContext, file: PieceFile): Setback | undefined {
  const opened = openSourceOf(context, file);
  return isSetback(opened) ? opened : undefined;
}

/** What is wrong with copies that a dead run left, wherever they lie now. */
export function examine(context: CopierContext, tasks: readonly ExamineTask[]): readonly (string | null)[] {
  return tasks.map(({ within, path, content }) =>
    onTier(() => {
      // After who knows what, the device itself must answer.
      const fd = openIfThere(within === "staging" ? context.staging : context.tier, path);
      if (fd === undefined) return "it is not there";
      try {
        return compareFound({ fd, turn: context.turn }, content) ?? null;
      } finally {
        closeFd(fd);
      }
    }),
  );
}

function openIfThere(directory: number, path: RawPath): number | undefined {
  try {
    return openStored(directory, path, "device");
  } catch (error) {
    if (hasCode(error, ...notThere)) return undefined;
    throw error;
  }
}
