import type { StoredCompression } from "../catalog/facts.ts";
import type { SourceIdentity } from "../catalog/operation.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { CopyTimes } from "./copy-clock.ts";
import type { Setback } from "./failure.ts";
import type { FramedCodec, FrameRoom, PackedFrame } from "./framed.ts";
import type { CopiedColumns, TaskColumns } from "./piece-columns.ts";
import type { StoredContent } from "./read-back.ts";

/**
 * Files that one thread takes through the whole protocol. The thread keeps what it knows of them, descriptors
 * included, from `copy` or `load` until `remove` or `drop`, so that later calls name only the piece.
 */
export type PieceId = number;

export interface CopyTask {
  readonly seq: number;
  readonly path: RawPath;
  readonly identity: SourceIdentity;
  /** A further link of the file before it: its copy becomes a link, too. */
  readonly isLink: boolean;
}

export interface Copied {
  readonly sha256: string;
  readonly storedSha256: string;
  readonly storedBytes: number;
  readonly compression: StoredCompression;
  /** `printFacts` of the source. */
  readonly facts: string;
}

/** A descriptor on the tier's directory that `syncfs` is told by, and the tier's path for what goes wrong. */
export interface SyncPoint {
  readonly fd: number;
  readonly path: RawPath;
}

/** A setback of one file of a list, by its index. */
export type IndexedSetback = readonly [index: number, setback: Setback];

/** What the main thread asks of a worker thread. */
export interface CopierCalls {
  /** Step 2; `copied` is of the files without a setback. */
  readonly copy: CallOf<
    { readonly piece: PieceId; readonly tasks: TaskColumns },
    { readonly setbacks: readonly IndexedSetback[]; readonly copied: CopiedColumns }
  >;
  /** Proved or staged copies that the thread did not make itself. */
  readonly load: CallOf<{ readonly piece: PieceId; readonly tasks: TaskColumns; readonly copied: CopiedColumns }, true>;
  /** Step 3, and again in step 6, for the whole tier. */
  readonly sync: CallOf<SyncPoint, true>;
  /** Step 4: what differs, each with its reason. */
  readonly compare: CallOf<{ readonly piece: PieceId }, readonly IndexedSetback[]>;
  /** Step 5: sources that are not what they were. */
  readonly recheck: CallOf<{ readonly piece: PieceId }, readonly IndexedSetback[]>;
  /** Step 6; `null` for files that are out. */
  readonly publish: CallOf<
    { readonly piece: PieceId; readonly names: readonly (RawPath | null)[] },
    readonly IndexedSetback[]
  >;
  /** Step 8, but for the indexes that are out. Ends the piece. */
  readonly remove: CallOf<{ readonly piece: PieceId; readonly out: readonly number[] }, readonly IndexedSetback[]>;
  /** Takes back the staged copies of these indexes. */
  readonly drop: CallOf<{ readonly piece: PieceId; readonly indexes: readonly number[] }, true>;
  /** Closes what is open for a piece. */
  readonly end: CallOf<{ readonly piece: PieceId }, true>;
  /** What copying was spent on so far. */
  readonly times: CallOf<null, CopyTimes>;
  /** Step 2, one frame of a big file. */
  readonly compress: CallOf<CompressTask, PackedFrame | Setback>;
  /** Step 4, one frame of a big file: what is wrong with it, or `null`. */
  readonly compareFrame: CallOf<CompareFrameTask, string | null>;
  /** For recovery: what is wrong with each, or `null`. */
  readonly examine: CallOf<{ readonly tasks: readonly ExamineTask[] }, readonly (string | null)[]>;
}

interface CallOf<Request, Response> {
  readonly request: Request;
  readonly response: Response;
}

export interface ExamineTask {
  readonly within: "staging" | "tier";
  readonly path: RawPath;
  readonly content: StoredContent;
}

interface FrameTask {
  readonly fd: number;
  readonly offset: number;
  readonly codec: FramedCodec;
  /** For fingerprints. */
  readonly key: Uint8Array;
  readonly room: FrameRoom;
}

export interface CompressTask extends FrameTask {
  readonly length: number;
}

export interface CompareFrameTask extends FrameTask {
  readonly frame: PackedFrame;
}

export type CopierCall = keyof CopierCalls;

export interface CopierRequest<Call extends CopierCall = CopierCall> {
  readonly id: number;
  readonly call: Call;
  readonly request: CopierCalls[Call]["request"];
}

/** The last message to a thread. */
export const endOfWork = "end";

/** `failure` is a tier's; anything else that a worker throws is a bug and ends the job. */
export type CopierResponse =
  | { readonly id: number; readonly response: unknown }
  | { readonly id: number; readonly failure: { readonly code: string; readonly message: string } };
