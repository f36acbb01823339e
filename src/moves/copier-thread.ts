import type { MessagePort } from "node:worker_threads";
import { ownerNames } from "../host/owner-names.ts";
import { syncFileSystem } from "../host/posix.ts";
import type { CopierContext } from "./copier-context.ts";
import {
  type CopierCall,
  type CopierCalls,
  type CopierRequest,
  type CopierResponse,
  endOfWork,
  type PieceId,
} from "./copier-messages.ts";
import { startCopyClock } from "./copy-clock.ts";
import { type CopyTools, copyPiece, removeStaged } from "./copy-file.ts";
import { onTier, TierFailure } from "./failure.ts";
import { compareFrame, compressPart } from "./frame-work.ts";
import { closeFile, newPieceFile, type Piece } from "./piece.ts";
import { packCopied, unpackCopied, unpackTasks } from "./piece-columns.ts";
import { comparePiece, examine, recheckPiece } from "./prove-piece.ts";
import { publishPiece } from "./publish.ts";
import { removeSources } from "./remove-source.ts";

/** Answers requests one after another with plain synchronous system calls; the pool spreads them over threads. */
export function serveCopier(context: CopierContext, port: MessagePort, elapsed: () => number): void {
  const calls = answers({ context, names: ownerNames(), clock: startCopyClock(elapsed) });
  port.on("message", (message: CopierRequest | typeof endOfWork) => {
    if (message === endOfWork) {
      port.close();
      return;
    }
    port.postMessage(answerSafely(calls, message));
  });
}

type Answers = {
  readonly [Call in CopierCall]: (request: CopierCalls[Call]["request"]) => CopierCalls[Call]["response"];
};

function answerSafely(calls: Answers, message: CopierRequest): CopierResponse {
  try {
    return { id: message.id, response: calls[message.call](message.request as never) };
  } catch (error) {
    if (!(error instanceof TierFailure)) throw error;
    return { id: message.id, failure: { code: error.code, message: error.message } };
  }
}

function answers(tools: CopyTools): Answers {
  const { context, clock } = tools;
  const pieces = new Map<PieceId, Piece>();
  const pieceOf = (id: PieceId) => pieces.get(id) ?? [];
  const end = (id: PieceId) => {
    pieceOf(id).forEach(closeFile);
    pieces.delete(id);
  };
  return {
    copy: ({ piece, tasks }) => {
      const files = unpackTasks(tasks).map((task) => newPieceFile(task));
      pieces.set(piece, files);
      const setbacks = copyPiece(tools, files);
      return { setbacks, copied: packCopied(files.flatMap((file) => file.copied ?? [])) };
    },
    load: ({ piece, tasks, copied }) => {
      const known = unpackCopied(copied);
      pieces.set(
        piece,
        unpackTasks(tasks).map((task, index) => newPieceFile(task, known[index])),
      );
      return true;
    },
    sync: ({ fd, path }) => {
      onTier(() => syncFileSystem(fd, path));
      return true;
    },
    compare: ({ piece }) => comparePiece(context, pieceOf(piece)),
    recheck: ({ piece }) => recheckPiece(context, pieceOf(piece)),
    publish: ({ piece, names: storedNames }) => publishPiece(context, pieceOf(piece), storedNames),
    remove: ({ piece, out }) => {
      markOut(pieceOf(piece), out);
      const setbacks = removeSources(context, pieceOf(piece));
      end(piece);
      return setbacks;
    },
    drop: ({ piece, indexes }) => {
      dropStaged(context, pieceOf(piece), indexes);
      return true;
    },
    end: ({ piece }) => {
      end(piece);
      return true;
    },
    times: () => clock.times(),
    compress: (task) => compressPart(task, clock),
    compareFrame: (task) => compareFrame(context, task),
    examine: ({ tasks }) => examine(context, tasks),
  };
}

/** What the main thread knows to be out stays where it is. */
function markOut(piece: Piece, out: readonly number[]): void {
  for (const index of out) {
    const file = piece[index];
    if (file !== undefined) file.setback ??= { verdict: "kept-at-source" };
  }
}

function dropStaged(context: CopierContext, piece: Piece, indexes: readonly number[]): void {
  for (const index of indexes) {
    const file = piece[index];
    if (file === undefined) continue;
    file.setback ??= { verdict: "failed" };
    removeStaged(context, file.task.seq);
  }
}
