import type { Catalog } from "../catalog/catalog.ts";
import type { OpenScanIndex } from "../catalog/scan-index.ts";
import type { Clock } from "../host/host.ts";
import type { FileStat } from "../host/stat.ts";
import type { JobKind } from "../lib/job-kinds.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { ThingKind } from "../lib/thing-kinds.ts";
import type { Kept, OnKept } from "../policies/kept.ts";
import type { ReasonCode } from "../policies/reasons.ts";
import type { OpenTier, TierConfig } from "../tiers/tier.ts";
import type { GuardId } from "./guards.ts";
import type { Pacer } from "./pacer.ts";

/** One configured unit of work; every kind has this shape, so that nothing else needs to know of kinds. */
export interface Job extends Disposable {
  readonly name: string;
  readonly kind: JobKind;
  /**
   * The resolved rule as canonical text (`printRule`); its SHA-256 is what a person approves. A job that takes its files
   * from a place has that as `source` in it (`SourcePlace`), so that another file system there is noticed.
   */
  readonly rule: string;
  /** The tiers that it writes to, held open. */
  readonly writesTo: readonly OpenTier[];
  /** Finishes or undoes what a dead run left; before anything else, under the job's lock. */
  readonly recover: () => Promise<Recovered>;
  /** Reads, decides, and writes nothing but the scan index. */
  readonly plan: (watch: PlanWatch) => Promise<Plan>;
  /** Looks at one thing by its path from the source; `undefined` when it is not there, or the job has no source. */
  readonly look: (path: RawPath) => Looked | undefined;
  /** Does what the plan says, journalled; each batch of outcomes as it is done. */
  readonly apply: (plan: Plan) => AsyncIterable<readonly Outcome[]>;
  /** After `apply`: what its deeds came to that a person should look at; it refuses nothing. */
  readonly concern?: () => Refusal | undefined;
  /** Wall time of each stage so far, in seconds. */
  readonly stageSeconds: () => Readonly<Record<string, number>>;
}

/** One thing below a job's source, as `explain` shows it. */
export interface Looked {
  readonly stat: FileStat;
  /** Why it would stay at a moment, as planning judges it by its own facts alone; `undefined`: it would be due. */
  readonly judgeAt: (nowMs: number) => ReasonCode | undefined;
  /** Where it would lie then; `undefined` when it would be gone. */
  readonly to: () => string | undefined;
}

/** Bytes by the mount point of a file system. */
export type FreedBefore = Readonly<Record<string, number>>;

/** What a job needs from outside. */
export interface JobContext {
  readonly run: string;
  /** The name that this machine has on tiers. */
  readonly host: string;
  readonly tiers: readonly TierConfig[];
  readonly catalog: Catalog | undefined;
  readonly scanIndex: OpenScanIndex;
  readonly clock: Clock;
  /** Aborted by the first SIGINT or SIGTERM: take no new files. */
  readonly signal: AbortSignal;
  readonly progress: (done: Progress) => void;
  readonly copierEntry: string;
  readonly readerEntry: string;
  readonly restoreGraceMs: number;
  readonly logrotateNames: readonly string[];
  readonly pacer: Pacer;
  /** Why destructive steps are refused in this run, whatever the job (PROTOCOLS section 4, the clock). */
  readonly guard: Refusal | undefined;
  /** Read every directory, whatever the index says. */
  readonly fullScan: boolean;
  /** What jobs planned before this one would free, in bytes by mount point. */
  readonly freedBefore?: FreedBefore;
  /** systemd started this run, maybe with mounts of its own. */
  readonly startedBySystemd: boolean;
}

export interface Progress {
  readonly files: number;
  readonly bytes: number;
}

export interface PlanWatch {
  /** Given, it is called for each thing that is left alone, which takes reading every directory. */
  readonly onKept?: OnKept;
  readonly onProgress?: (files: number) => void;
}

export interface Plan extends Disposable {
  readonly totals: {
    readonly files: number;
    readonly bytes: number;
    readonly oldestMs: number | undefined;
    /** How many sets they are in, where they go by sets. */
    readonly sets?: number;
    /** How many of each kind the steps are, where they are no files. */
    readonly things?: Readonly<Partial<Record<ThingKind, number>>>;
    /** What is due besides, and left to later runs by `max_move`. */
    readonly overCap?: { readonly files: number; readonly bytes: number };
  };
  /** What the file system of its source would get back. */
  readonly frees?: { readonly mountPoint: string; readonly bytes: number };
  readonly kept: Kept;
  /** When the oldest of these counts was taken, in milliseconds since 1970; absent when all were taken now. */
  readonly keptAsOfMs?: number | undefined;
  readonly errors: readonly { readonly path: RawPath; readonly message: string }[];
  readonly warnings: readonly string[];
  /** What else there is to say of it, such as how far a watermark lets it go. */
  readonly notes?: readonly string[];
  /** A guard that a person can lift (`src/jobs/guards.ts`) refuses a plan that has its steps all the same. */
  readonly refusal: Refusal | undefined;
  /** In the order in which they will be done. */
  readonly steps: () => Iterable<PlannedStep>;
}

export type StepAction = "move" | "delete" | "quarantine";

export interface PlannedStep {
  readonly action: StepAction;
  readonly path: RawPath;
  /** Where it will lie; `undefined` when it goes for good. */
  readonly to: string | undefined;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Why it is done, such as `older-than`. */
  readonly reason: string;
}

/** A condition under which the whole job refuses. */
export interface Refusal {
  readonly guard: GuardId;
  readonly message: string;
  readonly hint: string;
}

/** What a step comes to when it is done. */
export type Done = "moved" | "cleaned" | "quarantined" | "removed";

/** What became of one file. */
export interface Outcome {
  readonly path: RawPath;
  /** Of what is no file; its path is then its kind and its name. */
  readonly kind?: ThingKind;
  readonly result: Done | ReasonCode;
  /** How many files it stands for, such as those of a set; 1 where it is absent. */
  readonly files?: number;
  readonly sizeBytes: number;
  readonly storedBytes: number;
  /** What there is more room by, where something went for good. */
  readonly freedBytes?: number;
  /** Of a failed system call. */
  readonly code?: string;
  readonly message?: string;
}

/** What recovery did with the operations of dead runs, in files. */
export interface Recovered {
  /** Copies that had been proved: brought to their end. */
  readonly finished: number;
  /** Copies that had not: dropped; their sources are where they were. */
  readonly dropped: number;
  readonly runs: readonly string[];
  /** Staging folders on the tier that no run of this catalog left; they are listed and left alone. */
  readonly strangers: readonly string[];
  readonly problems: readonly {
    readonly path: RawPath;
    readonly code: string;
    readonly message: string;
    readonly hint: string;
  }[];
}
