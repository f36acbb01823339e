import { makeDirectories, readText, replaceFile } from "../host/files.ts";
import { closeFd, open, openRoot, setMode } from "../host/posix.ts";
import { hasCode } from "../lib/errors.ts";
import { rawPath } from "../lib/raw-path.ts";
import type { Capabilities, TierPin } from "./tier.ts";

/** What `status.json` tells whoever may not read the catalog, such as health without root. */
export interface PinStatus {
  /** ISO 8601, UTC. */
  readonly writtenAt: string;
  readonly host: string;
  /** By the tier's name. */
  readonly pins: ReadonlyMap<string, TierPin>;
  /** As of the tier's last adoption or first write, by its name. */
  readonly capabilities: ReadonlyMap<string, Capabilities>;
  /** By job, ISO 8601. */
  readonly lastSuccessAt: ReadonlyMap<string, string>;
  /** By job: the guard that refused it when it was last run. */
  readonly refusals: ReadonlyMap<string, ToldRefusal>;
  readonly flaws: readonly ToldFlaws[];
  readonly lacking: readonly ToldLack[];
  readonly aside: readonly ToldAside[];
}

/** What clean jobs set aside, by job and scratch directory, whether the job is still configured or not. */
export interface ToldAside {
  readonly job: string;
  /** For people. */
  readonly root: string;
  readonly count: number;
  readonly bytes: number;
  /** More of which a killed run did not say whether it lies aside. */
  readonly intended: number;
}

/** Stored versions of a tier that were found to be wrong and are not mended. */
export interface ToldFlaws {
  readonly tier: string;
  readonly kind: string;
  readonly count: number;
  /** The original path of one of them, for people. */
  readonly example: string;
}

/** A tier of which the catalog does not know all. */
export interface ToldLack {
  readonly tier: string;
  readonly lack: string;
  readonly sinceMs: number;
}

export interface ToldRefusal {
  readonly guard: string;
  readonly message: string;
  readonly hint: string;
}

/** What became of a job in a run. */
export interface ToldJob {
  readonly name: string;
  readonly succeeded: boolean;
  readonly refusal: ToldRefusal | undefined;
}

export interface PinStatusFacts {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly host: string;
  /** What was just probed; what is known of other tiers stays. */
  readonly capabilities?: ReadonlyMap<string, Capabilities>;
  /** Jobs that were just done or refused; what is known of others stays. */
  readonly jobs?: readonly ToldJob[];
  /** All of them, from the catalog; absent: what is known stays. */
  readonly flaws?: readonly ToldFlaws[];
  readonly lacking?: readonly ToldLack[];
  readonly aside?: readonly ToldAside[];
}

const schema = "tierkeep.status/1";

/**
 * Writes the pins into `<runtimeDir>/status.json`, readable for everybody; other parts of the file stay.
 * @throws EACCES, EROFS, ENOSPC, …
 */
export function writePinStatus(runtimeDir: string, pins: readonly TierPin[], facts: PinStatusFacts): void {
  ensureDirectory(runtimeDir);
  const file = statusFile(runtimeDir);
  const before = readDocument(file) ?? {};
  const jobsBefore = tableOf(before.jobs);
  const jobs = (facts.jobs ?? []).map((job) => [job.name, jobEntry(job, tableOf(jobsBefore[job.name]), facts.now)]);
  const document = {
    ...before,
    schema,
    writtenAt: new Date(facts.now).toISOString(),
    host: facts.host,
    pins: Object.fromEntries(pins.map((pin) => [pin.tier, pin])),
    capabilities: { ...tableOf(before.capabilities), ...Object.fromEntries(facts.capabilities ?? []) },
    jobs: { ...jobsBefore, ...Object.fromEntries(jobs) },
    flaws: facts.flaws ?? before.flaws,
    lacking: facts.lacking ?? before.lacking,
    aside: facts.aside ?? before.aside,
  };
  replaceFile(file, `${JSON.stringify(document, undefined, 2)}\n`, 0o644);
  shareWithAll(file, 0o644);
}

/** The pins of the last adoption or run; `undefined` when there is no such file, or it is damaged (HAZARDS C3). */
export function readPinStatus(runtimeDir: string): PinStatus | undefined {
  const document = readDocument(statusFile(runtimeDir));
  if (document === undefined) return undefined;
  const { writtenAt, host } = document;
  if (typeof writtenAt !== "string" || typeof host !== "string") return undefined;
  const pins = Object.values(tableOf(document.pins)).filter(isPin);
  return {
    writtenAt,
    host,
    pins: new Map(pins.map((pin) => [pin.tier, pin])),
    capabilities: new Map(Object.entries(tableOf(document.capabilities)) as [string, Capabilities][]),
    lastSuccessAt: lastSuccesses(tableOf(document.jobs)),
    refusals: refusalsIn(tableOf(document.jobs)),
    flaws: tablesIn(document.flaws).filter(isFlaws),
    lacking: tablesIn(document.lacking).filter(isLack),
    aside: tablesIn(document.aside).filter(isToldAside),
  };
}

function jobEntry({ succeeded, refusal }: ToldJob, before: Table, nowMs: number): Table {
  const lastSuccessAt = succeeded ? new Date(nowMs).toISOString() : before.lastSuccessAt;
  return { lastSuccessAt, refusal };
}

function refusalsIn(jobs: Table): ReadonlyMap<string, ToldRefusal> {
  const entries = Object.entries(jobs).map(([name, job]) => [name, tableOf(tableOf(job).refusal)] as const);
  return new Map(
    entries.flatMap(([name, { guard, message, hint }]): readonly [string, ToldRefusal][] =>
      typeof guard === "string" && typeof message === "string" && typeof hint === "string"
        ? [[name, { guard, message, hint }]]
        : [],
    ),
  );
}

function lastSuccesses(jobs: Table): ReadonlyMap<string, string> {
  const times = Object.entries(jobs).map(([name, job]) => [name, tableOf(job).lastSuccessAt] as const);
  return new Map(times.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}

function statusFile(runtimeDir: string): string {
  return `${runtimeDir}/status.json`;
}

type Table = Readonly<Record<string, unknown>>;

function readDocument(file: string): Table | undefined {
  try {
    const document = tableOf(JSON.parse(readText(file)));
    return document.schema === schema ? document : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || hasCode(error, "ENOENT", "ENOTDIR", "EACCES")) return undefined;
    throw error;
  }
}

function tableOf(value: unknown): Table {
  return typeof value === "object" && value !== null ? (value as Table) : {};
}

function tablesIn(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isFlaws(value: unknown): value is ToldFlaws {
  const { tier, kind, count, example } = tableOf(value);
  return (
    typeof tier === "string" && typeof kind === "string" && typeof count === "number" && typeof example === "string"
  );
}

function isLack(value: unknown): value is ToldLack {
  const { tier, lack, sinceMs } = tableOf(value);
  return typeof tier === "string" && typeof lack === "string" && typeof sinceMs === "number";
}

function isToldAside(value: unknown): value is ToldAside {
  const { job, root, count, bytes, intended } = tableOf(value);
  const areText = [job, root].every((text) => typeof text === "string");
  return areText && [count, bytes, intended].every((number) => typeof number === "number");
}

const pinTexts = ["tier", "uuid", "mountPoint", "filesystemType", "filesystemId", "adoptedAt"] as const;

function isPin(value: unknown): value is TierPin {
  const table = tableOf(value);
  return pinTexts.every((key) => typeof table[key] === "string") && typeof table.directory === "boolean";
}

function ensureDirectory(path: string): void {
  try {
    closeFd(openRoot(rawPath(path), open.O_RDONLY | open.O_DIRECTORY));
  } catch (error) {
    if (!hasCode(error, "ENOENT")) throw error;
    makeDirectories(path, 0o755);
    shareWithAll(path, 0o755);
  }
}

/** The mode as it is meant, whatever the umask of a service is. */
function shareWithAll(path: string, mode: number): void {
  const fd = openRoot(rawPath(path), open.O_RDONLY);
  try {
    setMode(fd, mode);
  } finally {
    closeFd(fd);
  }
}
