import type { SourceIdentity } from "../catalog/operation.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { Copied, CopyTask } from "./copy-file.ts";
import type { Setback } from "./failure.ts";
import type { FramedCodec } from "./framed.ts";
import type { Published, PublishTask } from "./publish.ts";
import type { StoredContent } from "./read-back.ts";
import type { RemoveTask } from "./remove-source.ts";

/** What the main thread asks of a worker thread. Each list is answered in its own order. */
export interface CopierCalls {
  readonly copy: { readonly request: readonly CopyTask[]; readonly response: readonly (Copied | Setback)[] };
  /** Step 3, for the whole tier. */
  readonly sync: { readonly request: number; readonly response: true };
  /** Step 4: what is wrong with each, or `null`. */
  readonly readBack: { readonly request: readonly ReadBackTask[]; readonly response: readonly (string | null)[] };
  /** Step 5: what stands in the way now, or `null`. */
  readonly recheck: { readonly request: readonly RecheckTask[]; readonly response: readonly (Setback | null)[] };
  readonly publish: { readonly request: readonly PublishTask[]; readonly response: readonly Published[] };
  readonly remove: { readonly request: readonly RemoveTask[]; readonly response: readonly (Setback | null)[] };
  readonly compress: { readonly request: CompressTask; readonly response: CompressedFrame | Setback };
  readonly decompress: { readonly request: DecompressTask; readonly response: DecompressedFrame };
}

export interface ReadBackTask {
  /** From the staging folder or, for what recovery finds, from the tier's root. */
  readonly within: "staging" | "tier";
  readonly path: RawPath;
  readonly content: StoredContent;
}

export interface RecheckTask {
  readonly path: RawPath;
  readonly identity: SourceIdentity;
}

export interface CompressTask {
  readonly fd: number;
  readonly offset: number;
  readonly length: number;
  readonly codec: FramedCodec;
}

export interface CompressedFrame {
  readonly raw: Uint8Array<ArrayBuffer>;
  readonly packed: Uint8Array<ArrayBuffer>;
}

export interface DecompressTask {
  readonly fd: number;
  readonly offset: number;
  readonly length: number;
  readonly rawBytes: number;
  readonly codec: FramedCodec;
}

/** `raw` is absent when the bytes do not decompress to what they should. */
export interface DecompressedFrame {
  readonly raw: Uint8Array<ArrayBuffer> | undefined;
  readonly packed: Uint8Array<ArrayBuffer>;
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
