import { pathAt, walkFiles } from "./facts.ts";
import { killWhenGone } from "./kill.ts";
import { count, mebibytes } from "./numbers.ts";
import { listStored, notStored, storedBytes } from "./stored.ts";
import type { Told } from "./story.ts";

/** The paths that left the hot tier. */
export type Moved = readonly string[];

/** Plan, approve, a run that is killed, the run after it, and the plan after that. */
export async function moveTwice(told: Told): Promise<Moved> {
  const { teller, commands, rows } = told;
  await teller.heading("What would it do, and why not the rest?");
  teller.say("A plan changes nothing. Whatever stays has a reason.");
  const planned = await commands.tierkeep("plan", "--why", "open-for-writing");
  rows.push({ isGood: planned === 0, what: "planned, with reasons", numbers: "a plan changes nothing" });

  await teller.heading("Nothing moves unasked");
  teller.say("A rule that moves files must be approved by a person, as it stands.");
  const refused = await commands.tierkeep("run");
  const approved = await commands.tierkeep("approve", "logs");
  rows.push({ isGood: refused === 5 && approved === 0, what: "refused until approved", numbers: `exit ${refused}` });

  await killHalfWay(told);
  return await runAgain(told);
}

async function killHalfWay(told: Told): Promise<void> {
  const { stage, teller, commands, before, rows } = told;
  await teller.heading("Killed half-way");
  teller.say("SIGKILL, while files are leaving the hot tier. No handler can help it now.");
  const run = await commands.startTierkeep("run");
  const pids = await killWhenGone(run, markerOf(told));
  await teller.typed(`kill -9 ${pids.join(" ")}`);
  const left = new Set(walkFiles(`${stage.hot}/log`));
  const gone = [...before.keys()].filter((path) => !left.has(path));
  const stored = listStored(stage);
  const twice = [...stored.keys()].filter((path) => left.has(path)).length;
  const lost = notStored(stage, gone, before);
  const onHot = left.size - twice;
  teller.say("", "What the disks say, without asking tierkeep:", "");
  teller.facts([
    [gone.length, "files only on warm"],
    [twice, "on both, since a copy is proved before its source goes"],
    [onHot, "only on hot"],
    [lost.length, "lost"],
  ]);
  const numbers = `${count(gone.length)} on warm, ${count(twice)} on both, ${count(onHot)} on hot, ${lost.length} lost`;
  rows.push({ isGood: gone.length > 0 && lost.length === 0, what: "killed half-way (SIGKILL)", numbers });
}

/** A file in the middle of the first thousand that will go, oldest first. */
function markerOf({ stage, before }: Told): Buffer {
  const oldestFirst = [...before].sort(([, a], [, b]) => (a.mtimeNs < b.mtimeNs ? -1 : 1));
  const [path] = oldestFirst.slice(400).find(([name]) => /^nginx\/access\.log\.\d+$/.test(name)) ?? [];
  if (path === undefined) throw new Error("the log tree has no nginx logs");
  return pathAt(`${stage.hot}/log`, path);
}

async function runAgain({ stage, teller, commands, before, rows }: Told): Promise<Moved> {
  await teller.heading("Simply run it again");
  const ran = await commands.tierkeep("run");
  const left = new Set(walkFiles(`${stage.hot}/log`));
  const moved = [...before.keys()].filter((path) => !left.has(path));
  const staging = walkFiles(stage.warm, ".tierkeep/staging").length;
  rows.push({
    isGood: ran === 0 && staging === 0 && moved.length > 1_500,
    what: "run again",
    numbers: `${count(moved.length)} files on warm, ${left.size} stayed, ${staging} leftovers`,
  });
  const sourceBytes = moved.reduce((sum, path) => sum + Number(before.get(path)?.blocks ?? 0n) * 512, 0);
  const bytes = storedBytes(stage);
  rows.push({
    isGood: bytes < sourceBytes,
    what: "compressed",
    numbers: `${mebibytes(sourceBytes)} became ${mebibytes(bytes)}`,
  });
  const planned = await commands.tierkeep("plan");
  const { jobs } = commands.ask("plan") as { jobs: readonly { totals: { files: number } }[] };
  const due = jobs.reduce((sum, job) => sum + job.totals.files, 0);
  rows.push({ isGood: planned === 0 && due === 0, what: "planned again", numbers: `${due} files to move` });
  return moved;
}
