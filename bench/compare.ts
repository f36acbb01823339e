import { type Contender, tierkeep } from "./contenders.ts";
import { countFiles, fill } from "./data.ts";
import { waitForIdle } from "./idle.ts";
import type { Measured } from "./measure.ts";
import { openPlace, type Place } from "./places.ts";
import type { Row } from "./rows.ts";
import { shell } from "./shell.ts";

/** One contender's measurements, round by round. */
export interface Series {
  readonly name: string;
  readonly rounds: Measured[];
}

export interface CompareOptions {
  /** The `bin/tierkeep` that is measured. */
  readonly program: string;
  readonly rounds: number;
  readonly directory: string | undefined;
  /** How long each measurement waits at most for other work to end. */
  readonly idleSeconds: number;
  readonly tell: (text: string) => void;
}

/** Measures tierkeep and its rivals in turn; who begins changes with each round. */
export async function compare(
  row: Row,
  { program, rounds, directory, idleSeconds, tell }: CompareOptions,
): Promise<readonly Series[]> {
  using place = openPlace(row.place, row.sizeMiB, directory);
  const contenders = [tierkeep(program, row.compress), ...row.rivals];
  const series = contenders.map(({ name }): Series => ({ name, rounds: [] }));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (round + turn) % contenders.length;
      const contender = contenders[index];
      if (contender === undefined) continue;
      prepare(place, row, contender);
      await waitForIdle(idleSeconds);
      const measured = await contender.run(place);
      check(place, row, contender);
      series[index]?.rounds.push(measured);
      tell(`  ${round + 1}  ${contender.name.padEnd(40)} ${measured.seconds.toFixed(2).padStart(7)} s`);
      if (index === 0) tell(`     ${stagesOf(measured)}`);
    }
  }
  return series;
}

function prepare(place: Place, row: Row, contender: Contender): void {
  place.fresh();
  fill(place.hot, row.data);
  contender.prepare?.(place);
  shell("sync", "-f", place.hot);
  shell("sync", "-f", place.warm);
  if (row.cache === "cold") place.cool();
}

/** Everything arrived, and is gone where it should be. */
function check(place: Place, { data }: Row, contender: Contender): void {
  const [arrived, left] = [countFiles(place.warm), countFiles(place.hot)];
  const expected = data.files * data.sizeBytes;
  if (arrived.files !== data.files || (contender.keepsSize && arrived.bytes !== expected))
    throw new Error(`${contender.name}: ${arrived.files} files and ${arrived.bytes} bytes arrived`);
  if (contender.removes && left.files !== 0) throw new Error(`${contender.name}: ${left.files} sources are left`);
}

interface RunReport {
  readonly jobs: readonly { readonly stageSeconds: Readonly<Record<string, number>> }[];
}

function stagesOf(measured: Measured): string {
  const stages = (JSON.parse(measured.stdout) as RunReport).jobs[0]?.stageSeconds ?? {};
  return Object.entries(stages)
    .map(([stage, seconds]) => `${stage} ${seconds.toFixed(2)}`)
    .join(" · ");
}
