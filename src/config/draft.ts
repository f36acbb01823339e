import type { cleanShape } from "../clean/schema.ts";
import type { dockerShape } from "../docker/schema.ts";
import type { limitsShape } from "../jobs/schema.ts";
import type { moveShape } from "../moves/schema.ts";
import type { tierShape } from "../tiers/schema.ts";
import type { verifyShape } from "../verify/schema.ts";
import type { topShape } from "./schema.ts";
import type { Section } from "./section.ts";

/** The file as far as it could be understood, so that checks can speak beside other problems. */
export interface Draft {
  readonly top: Section<typeof topShape>;
  readonly host: string;
  readonly stateDir: string;
  /** `stateDir` with links resolved. */
  readonly stateRoot: string;
  readonly runtimeDir: string;
  readonly tiers: readonly TierDraft[];
  readonly moves: readonly MoveDraft[];
  readonly cleans: readonly CleanDraft[];
  readonly docker: Section<typeof dockerShape> | undefined;
  readonly limits: Section<typeof limitsShape>;
  readonly verify: Section<typeof verifyShape>;
}

export interface TierDraft {
  readonly name: string;
  readonly section: Section<typeof tierShape>;
  readonly path: string | undefined;
  /** `path` with links resolved. */
  readonly root: string | undefined;
}

export interface MoveDraft {
  /** The name, or `move[0]` where there is no good one. */
  readonly label: string;
  readonly name: string | undefined;
  readonly section: Section<typeof moveShape>;
  /** What `source` means; `undefined` when it can't be told. */
  readonly sourcePath: string | undefined;
  /** `sourcePath` with links resolved. */
  readonly sourceRoot: string | undefined;
}

export interface CleanDraft {
  /** The name, or `clean[0]` where there is no good one. */
  readonly label: string;
  readonly name: string | undefined;
  readonly section: Section<typeof cleanShape>;
  /** `path` with links resolved. */
  readonly root: string | undefined;
}

export function tierNamed(draft: Draft, name: string | undefined): TierDraft | undefined {
  return draft.tiers.find((tier) => tier.name === name);
}
