import { existsSync, readdirSync, readFileSync } from "node:fs";
import { type Files, jobsOf, type Morning, openStaging, runsOfBegunSets } from "./morning.ts";
import { preciousText } from "./scratch-files.ts";
import { setDays } from "./server.ts";

const dayMs = 86_400_000;

/** What holds after every night. */
export interface Invariant {
  readonly name: string;
  /** Whatever breaks it, in words. */
  readonly broken: (morning: Morning) => readonly string[];
  /** It holds right after a kill, too, before anything is repaired. */
  readonly evenWhenKilled?: true;
}

const invariants: readonly Invariant[] = [
  { name: "every byte is at its source, or stored and equal", broken: lostBytes, evenWhenKilled: true },
  { name: "a set is whole at its source, or whole on its tier", broken: brokenSets, evenWhenKilled: true },
  { name: "what a link in the scratch leads to is as it was", broken: brokenPrecious, evenWhenKilled: true },
  { name: "scratch that went was due by every stamp", broken: scratchGoneEarly, evenWhenKilled: true },
  { name: "Docker was asked for nothing that it must keep", broken: dockerFaults, evenWhenKilled: true },
  { name: "nothing changes where another file system lies", broken: touchedStranger },
  { name: "jobs say what they must", broken: wronglyTold },
  { name: "a job that refused, or was put off, touched nothing", broken: touchedAllTheSame },
  { name: "nothing is in two states", broken: inTwoStates },
  { name: "nothing is left in staging but sets for which the tier has no room", broken: leftInStaging },
  { name: "what is due is gone", broken: dueAndThere },
  { name: "planned again, there is nothing to do", broken: plannedAgain },
  { name: "health names what is wrong, and nothing else", broken: wrongFindings },
];

/** Every invariant that a morning breaks, with what breaks it. */
export function brokenIn(morning: Morning): Readonly<Record<string, readonly string[]>> {
  const due = invariants.filter(({ evenWhenKilled }) => !morning.isKilled || evenWhenKilled);
  const broken = due.map(({ name, broken }) => [name, broken(morning)] as const);
  return Object.fromEntries(broken.filter(([, words]) => words.length > 0));
}

function lostBytes({ server, after, stored }: Morning): readonly string[] {
  const there = new Set([...after.logs.values(), ...after.backups.values(), ...stored].map(({ sha256 }) => sha256));
  return [...server.machine.owed].filter(([hash]) => !there.has(hash)).map(([, path]) => path);
}

function brokenSets({ server, after, stored, isKilled }: Morning): readonly string[] {
  const storedPaths = new Map(stored.map(({ path, sha256 }) => [Buffer.from(path, "latin1").toString(), sha256]));
  return server.machine.sets.flatMap(({ path, files }) => {
    const here = [...files].filter(([file]) => after.backups.has(file)).length;
    const there = [...files].filter(([file, hash]) => storedPaths.get(file) === hash).length;
    const isWhole = here === files.size || there === files.size;
    const isOnce = isKilled || here === 0 || there === 0;
    return isWhole && isOnce ? [] : [`${path}: ${here} of ${files.size} at the source, ${there} on the tier`];
  });
}

function brokenPrecious({ server }: Morning): readonly string[] {
  return readFileSync(`${server.machine.precious}/accounts`, "utf8") === preciousText ? [] : ["accounts"];
}

function scratchGoneEarly(morning: Morning): readonly string[] {
  const { before, after } = morning;
  return [...before.scratch.keys()].filter(
    (path) => !isAside(path) && !after.scratch.has(path) && !isDueScratch(before.scratch, path, morning),
  );
}

/** By the time of modification and that of access; the others cannot be set, and are years before this clock. */
function isDueScratch(files: Files, path: string, { spec, server }: Morning): boolean {
  const found = files.get(path);
  if (found === undefined) return false;
  const newestMs = Math.max(Number(found.modifiedNs) / 1e6, found.accessedMs);
  return spec.nowMs - newestMs >= server.settings.scratchDays * dayMs;
}

function isAside(path: string): boolean {
  return path.includes("/.tierkeep-quarantine/");
}

function dockerFaults({ server }: Morning): readonly string[] {
  return server.docker.faults;
}

function touchedStranger({ untouched }: Morning): readonly string[] {
  return untouched === undefined ? [] : differences(...untouched);
}

function wronglyTold({ server, mishap, told, isPutOff }: Morning): readonly string[] {
  const must = mishap.told?.(server) ?? {};
  const usual = isPutOff ? /^(ok|not_between)$/ : /^ok$/;
  return Object.entries(told).flatMap(([job, word]) =>
    (must[job] ?? usual).test(word) ? [] : [`${job}: ${word}, not ${must[job] ?? usual}`],
  );
}

/** What a job says that did some work, or found none. */
const atWork = /^(ok|partial)$/;

function touchedAllTheSame(morning: Morning): readonly string[] {
  return jobsOf(morning).flatMap(({ before, after, told = "" }) =>
    atWork.test(told) && !morning.isPutOff ? [] : differences(before, after),
  );
}

function inTwoStates({ after, stored }: Morning): readonly string[] {
  const sources = new Map([...after.logs, ...after.backups]);
  return stored.flatMap(({ path, modifiedNs, sha256 }) => {
    const at = Buffer.from(path, "latin1").toString();
    const source = sources.get(at);
    return source?.modifiedNs === modifiedNs && source.sha256 === sha256 ? [at] : [];
  });
}

function leftInStaging({ server, told }: Morning): readonly string[] {
  if (!Object.values(told).every((word) => atWork.test(word))) return [];
  const folders = [server.warm, server.cold].map((tier) => `${tier}/.tierkeep/staging`);
  const names = folders.filter((folder) => existsSync(folder)).flatMap((folder) => readdirSync(folder));
  const begun = told.backups === "partial" ? runsOfBegunSets(server) : new Set();
  return [...names, ...openStaging(server)].filter((run) => !begun.has(run));
}

function dueAndThere(morning: Morning): readonly string[] {
  const { server, spec, after, told, isPutOff } = morning;
  if (isPutOff) return [];
  const { settings, machine, docker } = server;
  const isOk = (job: string) => told[job] === "ok";
  const ageOf = (ms: number) => spec.nowMs - ms;
  const logs = [...after.logs].filter(
    ([, { modifiedNs }]) => ageOf(Number(modifiedNs) / 1e6) >= settings.logDays * dayMs,
  );
  const sets = machine.sets.filter(({ newestMs }) => ageOf(newestMs) >= setDays * dayMs);
  return [
    ...(isOk(settings.logs) ? logs.map(([path]) => path) : []),
    ...(isOk("backups") ? sets.flatMap(({ path }) => (existsSync(path) ? [path] : [])) : []),
    ...(isOk("scratch") ? [...after.scratch.keys()].filter((path) => isDueThere(path, morning)) : []),
    ...(isOk("docker") ? docker.dueContainers().map(({ name }) => name) : []),
  ];
}

function isDueThere(path: string, morning: Morning): boolean {
  return !isAside(path) && isDueScratch(morning.after.scratch, path, morning);
}

/** Not of a job that met a full tier: what went may have left more room than was counted on. */
function plannedAgain({ plannedAgain, told }: Morning): readonly string[] {
  return Object.entries(plannedAgain).flatMap(([job, steps]) =>
    steps > 0 && told[job] === "ok" ? [`${job}: ${steps} steps`] : [],
  );
}

function wrongFindings({ findings, mishap }: Morning): readonly string[] {
  if (findings === undefined) return [];
  const must = mishap.finding;
  const isMeant = ({ tier, id }: { tier: string; id: string }) => tier === must?.tier && must.id.test(id);
  const others = findings.filter((each) => !isMeant(each)).map(({ tier, id }) => `${tier}: ${id}`);
  return must === undefined || findings.some(isMeant) ? others : [...others, `no ${must.id} of ${must.tier}`];
}

function differences(before: Files, after: Files): readonly string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => {
    const [one, other] = [before.get(path), after.get(path)];
    return one?.sha256 !== other?.sha256 || one?.modifiedNs !== other?.modifiedNs;
  });
}
