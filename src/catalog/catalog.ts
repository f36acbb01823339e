import { makeDirectories } from "../host/files.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { type Comparison, type Difference, differencesFrom } from "./compare.ts";
import { type Database, openDatabase, openDatabaseToRead, unusable } from "./database.ts";
import { type Decisions, openDecisions } from "./decisions.ts";
import { type FileLook, namesOn, openFileLook } from "./file-look.ts";
import { type Flaws, openFlaws } from "./flaws.ts";
import { type Guards, openGuards } from "./guards.ts";
import { integrityProblems } from "./integrity.ts";
import { type Journal, openJournal } from "./journal.ts";
import { type LackingTiers, openLackingTiers } from "./lacking-tiers.ts";
import { type ManifestImport, openManifestImport } from "./manifest-import.ts";
import { openPlacements, type Placements } from "./placements.ts";
import { openQuarantineRows, type Quarantine } from "./quarantine.ts";
import {
  openReadingList,
  type ReadingChoice,
  type ReadingList,
  type ReadTotals,
  tiersOfJob,
  unreadSince,
} from "./reading-list.ts";
import { openRestores, type Restores } from "./restores.ts";
import { openRuns, type Runs } from "./runs.ts";
import { openParts, type Parts } from "./set-parts.ts";
import { openSets, type Sets } from "./sets.ts";
import { contentsOf, forgetTier, type SoleVersions, soleVersionsOn, type TierContents } from "./tier-contents.ts";
import { openUnusedImages, type UnusedImages } from "./unused-images.ts";
import { openWholeRuns, type WholeRuns } from "./whole-runs.ts";

/** Everything that this machine remembers; it can be lost, the manifests on the tiers cannot. */
export interface Catalog extends Disposable {
  readonly journal: Journal;
  readonly placements: Placements;
  readonly sets: Sets;
  readonly parts: Parts;
  readonly decisions: Decisions;
  readonly guards: Guards;
  readonly runs: Runs;
  readonly restores: Restores;
  readonly unusedImages: UnusedImages;
  readonly quarantine: Quarantine;
  readonly wholeRuns: WholeRuns;
  readonly lackingTiers: LackingTiers;
  readonly flaws: Flaws;
  /** What of a tier is to be read back; one for each time that the catalog is opened. */
  readonly readingList: (choice: ReadingChoice) => ReadingList;
  readonly contentsOf: (tier: string) => TierContents;
  /** What lies on a tier and on no other. */
  readonly soleVersionsOn: (tier: string, examplesAtMost: number) => SoleVersions;
  /** A tier is gone for good: what is stored there is lost, and its pin is no more. */
  readonly forgetTier: (tier: string) => void;
  /** The tiers on which something lies that a job stored. */
  readonly tiersOfJob: (job: string) => readonly string[];
  /** How much of what is stored was last read back before then, in milliseconds since 1970. */
  readonly unreadSince: (ms: number) => ReadTotals;
  /** Takes over one manifest of a tier. */
  readonly importManifest: (tier: string) => ManifestImport;
  /** Looks for the files that should lie on a tier. */
  readonly lookForFiles: (tier: string) => FileLook;
  /** Tells whether some version lies on a tier under a name, or has lain there, or should. */
  readonly namesOn: (tier: string) => (storedAs: RawPath) => boolean;
  /** What is wrong with the catalog itself; reads all of it. */
  readonly integrityProblems: () => readonly string[];
  /** What it says otherwise than one that was made of the manifests. */
  readonly differencesFrom: (comparison: Comparison) => Iterable<Difference>;
  /** Writes a whole, consistent copy into a file that must not exist. */
  readonly copyTo: (file: string) => void;
}

/** Opens the catalog below `stateDir`, making it on first use. @throws OperatorError STATE_DIR, CATALOG_* */
export function openCatalog(stateDir: string): Catalog {
  try {
    makeDirectories(stateDir, 0o700);
  } catch (cause) {
    throw unusable(`the state directory ${stateDir} cannot be made`, cause);
  }
  return assemble(openDatabase(catalogFile(stateDir)));
}

/** Opens the catalog for reading; `undefined` when nothing was ever written. */
export function openCatalogToRead(stateDir: string): Catalog | undefined {
  const db = openDatabaseToRead(catalogFile(stateDir));
  return db === undefined ? undefined : assemble(db);
}

function catalogFile(stateDir: string): string {
  return `${stateDir}/catalog.db`;
}

function assemble(db: Database): Catalog {
  return {
    journal: openJournal(db),
    placements: openPlacements(db),
    sets: openSets(db),
    parts: openParts(db),
    decisions: openDecisions(db),
    guards: openGuards(db),
    runs: openRuns(db),
    restores: openRestores(db),
    unusedImages: openUnusedImages(db),
    quarantine: openQuarantineRows(db),
    wholeRuns: openWholeRuns(db),
    lackingTiers: openLackingTiers(db),
    flaws: openFlaws(db),
    readingList: (choice) => openReadingList(db, choice),
    contentsOf: (tier) => contentsOf(db, tier),
    soleVersionsOn: (tier, examplesAtMost) => soleVersionsOn(db, tier, examplesAtMost),
    forgetTier: (tier) => forgetTier(db, tier),
    tiersOfJob: (job) => tiersOfJob(db, job),
    unreadSince: (ms) => unreadSince(db, ms),
    importManifest: (tier) => openManifestImport(db, tier),
    lookForFiles: (tier) => openFileLook(db, tier),
    namesOn: (tier) => namesOn(db, tier),
    integrityProblems: () => integrityProblems(db),
    differencesFrom: (comparison) => differencesFrom(db, comparison),
    copyTo: (file) => {
      db.prepare("VACUUM INTO ?").run(file);
    },
    [Symbol.dispose]: () => db[Symbol.dispose](),
  };
}
