import { stagingFolder } from "../catalog/operation.ts";
import type { PlannedSet, SetTable } from "../catalog/set-table.ts";
import type { OpenSet } from "../catalog/sets.ts";
import { closeFd } from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import type { Outcome } from "../jobs/job.ts";
import { joinPath, type RawPath } from "../lib/raw-path.ts";
import { shellQuote } from "../lib/shell-quote.ts";
import { openDirectory } from "../scan/open-directory.ts";
import { onTier } from "./failure.ts";
import type { MoveSession } from "./session.ts";
import { copySet } from "./set-copy.ts";
import type { SetWork } from "./set-place.ts";
import { chooseName, ownName, partsOf, publishSet } from "./set-publish.ts";
import { type RemovedSet, removeSet } from "./set-remove.ts";
import { proveAgain, resumeSet } from "./set-resume.ts";
import { sealSet } from "./set-seal.ts";
import type { SetStop } from "./set-stop.ts";
import { completeTree } from "./set-tree.ts";
import { reasonWords } from "./set-verdict.ts";
import { jobFolder } from "./stored-tree.ts";

/**
 * Moves one set whole, or as far as it gets in this run: `began` is what an earlier run has of it. Nothing of it is
 * visible before all of it is proved. @throws TierFailure; the signal's reason
 */
export async function applySet(
  session: MoveSession,
  { planned, table }: { readonly planned: PlannedSet; readonly table: SetTable },
  began: OpenSet | undefined,
): Promise<readonly Outcome[]> {
  const set = began ?? beginSet(session, planned);
  const work: SetWork = { set, table, id: planned.id };
  const earlier = began === undefined ? [] : await resumeSet(session, work);
  const stop = (await copySet(session, work)) ?? (await finishCopy(session, work, earlier));
  if (stop !== undefined) return stopped(planned, stop);
  const named = await nameSet(session, work);
  if ("kind" in named) return stopped(planned, named);
  await session.timed("publish", () => completeTree(session, named));
  const setback = await publishSet(session, named);
  if (setback !== undefined) return stopped(planned, { kind: "setback", path: planned.entry, setback });
  return outcomes(planned, await removeSet(session, named));
}

function beginSet(session: MoveSession, { entry }: PlannedSet): OpenSet {
  const { run, rule, source, tier } = session;
  const seq = session.nextSeq();
  const tree = treeOf(session, seq);
  const storedAs = ownName(session, entry);
  const place = { tier: tier.name, root: source.path, tree, storedAs };
  const set: OpenSet = { run, job: rule.name, seq, entry, state: "copying", ...place };
  session.sets.begin(set);
  return set;
}

/**
 * Where a set is put together. The folder of its job may be another file system, such as a btrfs subvolume, into which
 * no rename from the staging folder reaches: then beside where it is to lie.
 */
function treeOf({ run, rule, host, tier, context, tree }: MoveSession, seq: number): RawPath {
  const folder = jobFolder(host, rule.name);
  return onTier(() => {
    tree.ensure(folder, "" as RawPath);
    const fd = openDirectory(tier.root, folder);
    try {
      const isReached = statFd(fd).device === statFd(context.staging).device;
      const beside = joinPath(folder, `.tierkeep-set-${run}.${seq}`);
      return isReached ? joinPath(stagingFolder({ run, job: rule.name }), `set-${seq}`) : beside;
    } finally {
      closeFd(fd);
    }
  });
}

async function finishCopy(
  session: MoveSession,
  work: SetWork,
  earlier: readonly number[],
): Promise<SetStop | undefined> {
  if (!(await proveAgain(session, work.set, earlier))) {
    const message = "what an earlier run had copied of it was damaged, and is copied anew by the next run";
    return { kind: "setback", path: work.set.entry, setback: { verdict: "failed", code: "READ_BACK", message } };
  }
  return await sealSet(session, work);
}

/** Step 5 for the set as a whole: its name is decided, and what is no file of it written down. */
async function nameSet(session: MoveSession, work: SetWork): Promise<OpenSet | SetStop> {
  const { sets } = session;
  const { storedAs, isFree } = await chooseName(session, work);
  // It takes long to compare what lies there already.
  const stop = isFree ? undefined : await sealSet(session, work);
  if (stop !== undefined) return stop;
  if (storedAs !== work.set.storedAs) sets.rename(work.set, storedAs);
  const set: OpenSet = { ...work.set, storedAs };
  sets.name(set, partsOf(session, { ...work, set }));
  return { ...set, state: "named" };
}

/** A limit leaves the set for the next run, which goes on where this one stopped. */
function stopped({ entry, files, bytes }: PlannedSet, stop: SetStop): readonly Outcome[] {
  if (stop.kind === "limit") {
    const { copiedBytes } = stop;
    const begun = { path: entry, result: "begun", files: 0, sizeBytes: copiedBytes, storedBytes: 0 } as const;
    return copiedBytes === 0 ? [] : [begun];
  }
  const { verdict, code, message } = stop.setback;
  const why = verdict === "vanished" ? undefined : message;
  const words = `${shellQuote(stop.path)}: ${why ?? reasonWords(verdict)}`;
  const result = isTrouble(verdict) ? verdict : "entry-blocked";
  const about = { path: entry, result, files, sizeBytes: bytes, storedBytes: 0, message: words };
  return [code === undefined ? about : { ...about, code }];
}

/** What a person has to look at; all else is a set that is still in use. */
function isTrouble(verdict: SetStopVerdict): boolean {
  return verdict === "failed" || verdict === "no-room" || verdict === "name-taken";
}

type SetStopVerdict = Extract<SetStop, { kind: "setback" }>["setback"]["verdict"];

function outcomes({ entry }: PlannedSet, removed: RemovedSet): readonly Outcome[] {
  const { files, sizeBytes, storedBytes, kept } = removed;
  return [{ path: entry, result: "moved", files, sizeBytes, storedBytes }, ...kept];
}
