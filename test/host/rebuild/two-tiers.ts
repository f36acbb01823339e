import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import type { CatalogRebuildReport } from "../../../src/reports/catalog.ts";
import type { FindReport, FoundPlacement } from "../../../src/reports/find.ts";
import { pathOf, type SceneFile, writeSceneFiles } from "../../support/scene-files.ts";
import { type Scratch, scratch } from "../../support/scratch.ts";
import { type Guarded, move, openGuarded } from "../guards/program.ts";
import type { Ended } from "../moves/program.ts";

/** Two tiers with what two jobs have moved to each, odd names, links, holes and attributes among it. */
export interface TwoTiers extends Guarded, Disposable {
  readonly directory: string;
  readonly stateDir: string;
  readonly sources: Readonly<Record<"warm" | "cold", string>>;
  /** The source of sets, which go to `cold` whole. */
  readonly sets: string;
  readonly files: readonly SceneFile[];
  /** Every placement, as `find` shows it. */
  readonly placements: () => Promise<readonly FoundPlacement[]>;
  readonly rebuild: (...args: readonly string[]) => Promise<Ended>;
}

export async function twoTiers(): Promise<TwoTiers> {
  using made = new DisposableStack();
  const { path: directory }: Scratch = made.use(scratch("rebuild"));
  const sources = { warm: `${directory}/logs`, cold: `${directory}/more` };
  for (const path of Object.values(sources)) mkdirSync(path);
  mkdirSync(`${directory}/scratch`);
  const files = writeSceneFiles(sources.warm, { tiny: 12, inSets: false });
  writeSceneFiles(sources.cold, { tiny: 3, inSets: false });
  const sets = `${directory}/sets`;
  makeSet(`${sets}/monday`);
  const clean = `[[clean]]\nname = "scratch"\npath = "${directory}/scratch"\nolder_than = "7d"\nage_by = ["mtime"]\n`;
  const logs = `${move("logs", sources.warm, "warm")}compress = "zstd"\nlayout = "by-date"\n`;
  const whole = `${move("backups", sets, "cold")}unit = "entry"\nsettled_for = "0s"\n`;
  const guarded = await openGuarded({
    directory,
    tiers: { warm: `${directory}/warm`, cold: `${directory}/cold` },
    top: 'restore_grace = "1s"\n',
    rest: `${logs}${move("more", sources.cold, "cold")}${whole}${clean}`,
  });
  const held = made.move();
  return {
    ...guarded,
    directory,
    stateDir: `${directory}/state`,
    sources,
    sets,
    files,
    placements: async () => (JSON.parse((await guarded.call("find", "/", "--json")).stdout) as FindReport).placements,
    rebuild: (...args) => guarded.call("catalog", "rebuild", ...args),
    [Symbol.dispose]: () => held.dispose(),
  };
}

/** A file, a link, and a directory with nothing in it. */
function makeSet(path: string): void {
  mkdirSync(`${path}/empty`, { recursive: true });
  symlinkSync("dump", `${path}/latest`);
  oldFile(`${path}/dump`, "all of it");
  execFileSync("find", [path, "-exec", "touch", "-h", "-d", "2024-01-02", "{}", "+"]);
}

/** The manifests on a tier, the oldest first. */
export function manifestsOn(scene: TwoTiers, tier: "warm" | "cold"): readonly string[] {
  const root = `${scene.directory}/${tier}/.tierkeep/manifests`;
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".jsonl"));
  return names.sort().map((name) => `${root}/${name}`);
}

export function contentOf(root: string, name: string): Buffer {
  return readFileSync(pathOf(root, name));
}

export function oldFile(path: string, content: string): void {
  writeFileSync(path, content);
  utimesSync(path, 1_700_000_000, 1_700_000_000);
}

export function rebuildReport({ stdout, stderr }: { stdout: string; stderr: string }): CatalogRebuildReport {
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as CatalogRebuildReport;
}
