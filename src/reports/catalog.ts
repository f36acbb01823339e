import { type Envelope, type EnvelopeFacts, envelope } from "./envelope.ts";
import type { PathFields } from "./path.ts";
import type { ReportedError } from "./plan.ts";

/** What the manifests of one tier said, and what lies there. */
export interface ManifestsOfTier {
  readonly tier: string;
  /** The names of the machine whose manifests were read. */
  readonly hosts: readonly string[];
  readonly manifests: number;
  /** Versions that lie there with their size. */
  readonly stored: number;
  /** Versions that should lie there, and do not. */
  readonly lost: number;
  /** Lines that are none, such as the half one that a killed run leaves. */
  readonly tornLines: number;
  /** Facts that a newer version has written; what they protect is not known here. */
  readonly unknownFacts: number;
  /** It was taken for the tier by its name, since no adoption was known any more. */
  readonly asFound: boolean;
  /** Files among this machine's on the tier that no manifest names; `null` where jobs may have run meanwhile. */
  readonly unnamed: { readonly files: number; readonly first: readonly string[] } | null;
  /** Why it could not be read. */
  readonly error: ReportedError | null;
}

export interface CatalogRebuildReport extends Envelope<"catalog-rebuild"> {
  /** `incomplete` until every tier was read: nothing is deleted meanwhile. */
  readonly status: "complete" | "incomplete";
  /** Where the catalog lies. */
  readonly catalog: string;
  /** The old catalog under its new name; `null` where there was none. */
  readonly setAside: string | null;
  /** What the old catalog had beyond what is in manifests is in the new one, too: it could be read. */
  readonly keptHistory: boolean;
  readonly tiers: readonly ManifestsOfTier[];
}

export type CatalogProblemKind =
  /** A version that the catalog has is not there, or not with its size. */
  | "missing"
  /** The manifest and the catalog say different things of a version. */
  | "differs"
  | "not-in-catalog"
  | "not-in-manifest";

export interface CatalogProblem extends PathFields {
  readonly kind: CatalogProblemKind;
  readonly id: string;
  readonly tier: string;
  readonly storedAs: string;
  readonly storedAsBase64?: string;
}

export interface CatalogCheckReport extends Envelope<"catalog-check"> {
  readonly status: "ok" | "partial" | "problems";
  readonly catalog: string;
  /** What is wrong with the file itself. */
  readonly integrity: readonly string[];
  readonly tiers: readonly ManifestsOfTier[];
  readonly counts: Readonly<Record<CatalogProblemKind, number>>;
  /** The first thousand of each kind. */
  readonly problems: readonly CatalogProblem[];
}

export function catalogRebuildReport(
  content: Omit<CatalogRebuildReport, keyof Envelope<string>>,
  facts: EnvelopeFacts,
): CatalogRebuildReport {
  return { ...envelope("catalog-rebuild", facts), ...content };
}

export function catalogCheckReport(
  content: Omit<CatalogCheckReport, keyof Envelope<string>>,
  facts: EnvelopeFacts,
): CatalogCheckReport {
  return { ...envelope("catalog-check", facts), ...content };
}
