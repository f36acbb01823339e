import type { Cli } from "./cli.ts";
import { progressLine } from "./progress.ts";

/** How much of a tier's manifests and files was looked at. */
export function readingProgress(cli: Cli): Disposable & {
  readonly onLooked: (tier: string, count: number) => void;
  readonly clear: () => void;
} {
  const line = progressLine(cli.terminal, cli.host.clock.elapsed);
  const looked = new Map<string, number>();
  return {
    ...line,
    onLooked: (tier, count) => {
      looked.set(tier, (looked.get(tier) ?? 0) + count);
      line.counted(`${tier}: looked at`, looked.get(tier) ?? 0);
    },
  };
}
