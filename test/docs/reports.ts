import { mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import type { FileUserFields, SetAside } from "../../src/reports/explain.ts";
import type { HealthReport } from "../../src/reports/health.ts";
import type { KnownJob } from "../../src/reports/jobs.ts";
import type { JobPlan } from "../../src/reports/plan.ts";
import type { JobReport, Reclaimed } from "../../src/reports/run.ts";
import { configurationText } from "../support/configuration.ts";
import type { Scratch } from "../support/scratch.ts";
import { makeOddFiles } from "./odd-files.ts";
import { report } from "./verbs.ts";

/** Real reports of each verb, enough of them that every key occurs. */
export type Reports = ReadonlyMap<string, readonly unknown[]>;

export function realReports({ path }: Scratch): Reports {
  const file = makeScene(path);
  const adopted = report(file, "tier", "adopt", "warm", "--yes");
  const never = report(file, "plan");
  const approved = report(file, "approve", "--all");
  const run = report(file, "run");
  writeFileSync(file, configText(path, "8d"));
  const changed = report(file, "plan", "logs");
  const jobs = report(file, "jobs");
  const [first] = report(file, "find", "plain.log.1").placements as readonly { readonly id: string }[];
  const restored = report(file, "restore", first?.id ?? "", "--to", `${path}/back`);
  const again = report(file, "restore", first?.id ?? "", "--to", `${path}/back`);
  const wrong = `${path}/wrong.toml`;
  writeFileSync(wrong, 'version = 1\n[tiers.warm]\npaht = "/mnt"\n[[move]]\nname = "x"\n');
  return new Map<string, readonly unknown[]>([
    ["tier-adopt", [adopted]],
    ["plan", [never, changed, dockerParts().plan, watermarkParts().plan]],
    ["jobs", [withoutLast(jobs), guardParts()]],
    ["approve", [approved]],
    ["run", [run, dockerParts().run, watermarkParts().run]],
    ["explain", [...explained(file, path), explainParts()]],
    ["find", [report(file, "find", "/")]],
    ["restore", [restored, again]],
    ["config-check", [report(wrong, "config", "check")]],
    ["config-show", [report(file, "config", "show")]],
    ["health", [report(file, "health"), ...healthParts()]],
    ...lookingAfter(file, path),
  ]);
}

/** One stored file is gone, and a tier is away that was adopted when there was another catalog. */
function lookingAfter(file: string, path: string): readonly (readonly [string, readonly unknown[]])[] {
  rmSync(`${path}/warm/docs/logs/plain.log.1.zst`);
  const [verified, checked] = [report(file, "verify"), report(file, "catalog", "check")];
  const pins = `${path}/state/run/status.json`;
  const away = { tier: "nas", uuid: "u", mountPoint: "/", filesystemType: "nfs4", filesystemId: "x", directory: false };
  const status = JSON.parse(readFileSync(pins, "utf8")) as { pins: object };
  const known = { ...status.pins, nas: { ...away, adoptedAt: "2026-11-23T04:15:00.000Z" } };
  writeFileSync(pins, JSON.stringify({ ...status, pins: known }));
  rmSync(`${path}/state/catalog.db`);
  const rebuilt = [report(file, "catalog", "rebuild"), report(file, "catalog", "rebuild")];
  return [
    ["verify", [verified, report(file, "verify")]],
    ["catalog-check", [checked, report(file, "catalog", "check")]],
    ["catalog-rebuild", rebuilt],
    ["tier-forget", [report(file, "tier", "forget", "warm", "--yes")]],
  ];
}

/** A file that is too young, one that is due, one that has moved, a directory, and a path of nobody's. */
function explained(file: string, path: string): readonly unknown[] {
  const due = `${path}/log/due.again`;
  writeFileSync(due, "due");
  utimesSync(due, 1_700_000_000, 1_700_000_000);
  const paths = [`${path}/log/young`, due, `${path}/log/plain.log.1`, `${path}/log`, file, `${path}/engine/PG_VERSION`];
  return [...paths, `${path}/nowhere/x`].map((each) => report(file, "explain", each));
}

/** What needs another process, or a path that no argument of this test can be; the compiler holds these keys to the types. */
function explainParts() {
  const at = "2026-11-23T04:15:00.000Z";
  const users: readonly FileUserFields[] = [
    { pid: 1, command: "init", use: "writing", startedAt: at, container: null },
  ];
  const setAside: readonly SetAside[] = [
    { id: "x", job: "tmp", setAsideAt: at, goesAt: null, sizeBytes: 1, modifiedAt: at },
  ];
  return { jobs: [{ verdict: { users } }], setAside };
}

function makeScene(path: string): string {
  mkdirSync(`${path}/log`);
  makeOddFiles(`${path}/log`);
  writeFileSync(`${path}/log/young`, "too young to move");
  mkdirSync(`${path}/warm`);
  mkdirSync(`${path}/engine`);
  writeFileSync(`${path}/engine/PG_VERSION`, "16\n");
  symlinkSync("log", `${path}/linked`);
  mkdirSync(`${path}/scratch`);
  const aside = Buffer.from(`${path}/scratch/latin \xe9`, "latin1");
  writeFileSync(aside, "set aside");
  utimesSync(aside, 0, 0);
  const file = `${path}/tierkeep.toml`;
  writeFileSync(file, configText(path, "7d"));
  return file;
}

/** A job that moves, one that is refused, one without a source, one that sets aside; a tier that is used, and one whose server is away. */
function configText(path: string, age: string): string {
  const job = (name: string, source: string) => ({ name, source, older_than: age, compress: "zstd" });
  const moves = configurationText({
    host: "docs",
    stateDir: `${path}/state`,
    tiers: {
      warm: { path: `${path}/warm`, directory: true },
      nas: { path: `${path}/nas`, server: "127.0.0.1:1" },
    },
    moves: [job("logs", `${path}/linked`), job("engine", `${path}/engine`), job("lost", `${path}/nowhere`)],
  });
  return `${moves}
[[clean]]
name = "scratch"
path = "${path}/scratch"
older_than = "7d"
age_by = ["mtime"]
quarantine = "1d"
max_delete = { files = 10, bytes = "1GiB", share = "90%" }
`;
}

/** The page of a run tells what is in `last`. */
function withoutLast({ jobs, ...document }: Record<string, unknown>): object {
  return { ...document, jobs: (jobs as readonly object[]).map((job) => ({ ...job, last: null })) };
}

/** What needs a clock that was set; the compiler holds these keys to the types. */
function guardParts() {
  const refusal: KnownJob["refusal"] = { guard: "clock", message: "", hint: "" };
  const lifted: KnownJob["lifted"] = ["clock"];
  return { jobs: [{ refusal, lifted }] };
}

/** What needs sets, a cap, a full file system, or a snapshot of one; the compiler holds these keys to the types. */
function watermarkParts() {
  const notes: JobPlan["notes"] = ["would free 1 GiB"];
  const concern: JobReport["concern"] = { guard: "space-not-freed", message: "", hint: "" };
  const sets: JobPlan["totals"]["sets"] = 1;
  const overCap: JobPlan["totals"]["overCap"] = { files: 1, bytes: 1 };
  return { plan: { jobs: [{ notes, totals: { sets, overCap } }] }, run: { jobs: [{ concern }] } };
}

/** What needs Docker to be seen; the compiler holds these keys to the types. */
function dockerParts() {
  const things: JobPlan["totals"]["things"] = { container: 1 };
  const reclaimed: Reclaimed = { container: { count: 1, bytes: 1 } };
  return { plan: { jobs: [{ totals: { things } }] }, run: { jobs: [{ reclaimed }] } };
}

/** What needs LVM to be seen; the compiler holds these keys to the type. */
function healthParts(): readonly unknown[] {
  const volumeGroup: HealthReport["tiers"][number]["volumeGroup"] = {
    name: "vg_hot",
    sizeBytes: 1,
    freeBytes: 1,
    missingDevices: 0,
  };
  return [{ tiers: [{ volumeGroup }] }];
}
