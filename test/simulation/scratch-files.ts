import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import type { Roll } from "./dice.ts";
import { stamp, writeAt } from "./files.ts";

const dayMs = 86_400_000;

export interface ScratchFiles {
  readonly liveADay: (nowMs: number) => void;
}

/** What jobs leave behind; some of it is read later on, and some links lead to what must never be touched. */
export function openScratchFiles(path: string, { roll, precious }: { roll: Roll; precious: string }): ScratchFiles {
  mkdirSync(path, { recursive: true });
  mkdirSync(precious, { recursive: true });
  writeAt(`${precious}/accounts`, preciousText, 0);
  return {
    liveADay: (nowMs) => {
      const folder = `${path}/job-${roll(50)}`;
      mkdirSync(folder, { recursive: true });
      for (let index = roll(6); index > 0; index -= 1) {
        const file = `${folder}/${roll(1_000)}`;
        if (existsSync(file)) continue;
        writeFileSync(file, `scratch ${nowMs}\n`);
        // It was read some days after it was written, or it is read a little ahead of the next run.
        stamp(file, nowMs, nowMs + roll(4) * dayMs * 0.9);
      }
      if (roll(4) === 0 && !existsSync(`${folder}/link`)) symlinkSync(precious, `${folder}/link`);
    },
  };
}

export const preciousText = "never touch this\n";
