import { type Envelope, type EnvelopeFacts, envelope } from "./envelope.ts";

export interface InitReport extends Envelope<"init"> {
  /** The file that was written; null when it was only printed. */
  readonly file: string | null;
  readonly config: string;
  /** Names of what is live in it. */
  readonly tiers: readonly string[];
  readonly jobs: readonly string[];
}

export function initReport(content: Omit<InitReport, keyof Envelope<"init">>, facts: EnvelopeFacts): InitReport {
  return { ...envelope("init", facts), ...content };
}
