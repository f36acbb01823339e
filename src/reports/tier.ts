import { type Envelope, type EnvelopeFacts, envelope } from "./envelope.ts";
import type { PathFields } from "./path.ts";

/** `tierkeep tier adopt --json` */
export interface TierAdoptReport extends Envelope<"tier-adopt">, TierAdoptFacts {}

export interface TierAdoptFacts {
  readonly tier: string;
  readonly path: string;
  /** `joined` is a tier that another host made; `unchanged` one that was adopted before. */
  readonly result: "adopted" | "joined" | "unchanged" | "moved" | "replaced";
  readonly uuid: string;
  readonly source: string;
  readonly filesystemType: string;
  /** The file system's UUID, else its fsid, else where it comes from. */
  readonly filesystemId: string;
  readonly sizeBytes: number;
  readonly freeBytes: number;
  /** Files and directories; null where the file system does not count them. */
  readonly usedInodes: number | null;
  readonly capabilities: Readonly<Record<string, string | number | boolean>>;
  /** What the tier cannot hold of a file and the manifest holds instead. */
  readonly intoManifest: readonly string[];
}

export function tierAdoptReport(facts: TierAdoptFacts, made: EnvelopeFacts): TierAdoptReport {
  return { ...envelope("tier-adopt", made), ...facts };
}

/** `tierkeep tier forget --json` */
export interface TierForgetReport extends Envelope<"tier-forget">, TierForgetFacts {}

export interface TierForgetFacts {
  readonly tier: string;
  /** What is lost now, by what it was before it was stored. */
  readonly versions: number;
  readonly bytes: number;
  /** Of these, what lies on no other tier. */
  readonly sole: { readonly versions: number; readonly bytes: number; readonly examples: readonly PathFields[] };
  /** Jobs of the configuration that use it. */
  readonly usedBy: readonly string[];
}

export function tierForgetReport(facts: TierForgetFacts, made: EnvelopeFacts): TierForgetReport {
  return { ...envelope("tier-forget", made), ...facts };
}
