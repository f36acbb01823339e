import type { ConfigDeps } from "../config/deps.ts";
import { hasCode } from "../lib/errors.ts";
import { engineOfDirectory } from "../policies/engine-data.ts";
import type { DatabaseFact, EngineName } from "./facts.ts";

interface Engine {
  readonly engine: EngineName;
  /** As `engineOfDirectory` calls it. */
  readonly marker: string;
  /** Where packages and people put it; `*` is any one directory. */
  readonly places: readonly string[];
  readonly command: RegExp;
  /** The argument of its process that names its directory. */
  readonly argument: RegExp;
}

const engines: readonly Engine[] = [
  {
    engine: "postgresql",
    marker: "PostgreSQL",
    places: [
      "/var/lib/postgresql/*/*",
      "/var/lib/pgsql/data",
      "/data/postgres",
      "/data/postgresql",
      "/data/postgresql/*",
    ],
    command: /^(postgres|postmaster)$/,
    argument: /(?:^|\0)-D\0?([^\0]+)/,
  },
  {
    engine: "clickhouse",
    marker: "ClickHouse",
    places: ["/var/lib/clickhouse", "/data/clickhouse"],
    command: /^clickhouse/,
    argument: /(?:^|\0)--path[=\0]([^\0]+)/,
  },
  {
    engine: "mongodb",
    marker: "MongoDB",
    places: ["/var/lib/mongodb", "/var/lib/mongo", "/data/mongodb", "/data/db"],
    command: /^mongod$/,
    argument: /(?:^|\0)--dbpath[=\0]([^\0]+)/,
  },
];

/** Databases by their files and by their processes; none is connected to. */
export function findDatabases(deps: ConfigDeps): readonly DatabaseFact[] {
  const processes = readProcesses(deps);
  return engines.flatMap((engine) => {
    const named = processes
      .filter(({ command }) => engine.command.test(command))
      .flatMap(({ line }) => engine.argument.exec(line)?.[1] ?? []);
    const places = [...named, ...engine.places.flatMap((place) => expand(place, deps))];
    const found = places.find((path) => !deps.mayHang(path) && isDataOf(engine, namesIn(path, deps)));
    return found === undefined ? [] : [{ engine: engine.engine, dataDirectory: found }];
  });
}

function isDataOf({ engine, marker }: Engine, names: readonly string[]): boolean {
  if (engineOfDirectory(names) === marker) return true;
  return engine === "clickhouse" && names.includes("metadata") && names.includes("data");
}

function expand(place: string, deps: ConfigDeps): readonly string[] {
  const star = place.indexOf("*");
  if (star === -1) return [place];
  const base = place.slice(0, star - 1);
  return namesIn(base, deps).flatMap((name) => expand(`${base}/${name}${place.slice(star + 1)}`, deps));
}

function namesIn(path: string, deps: ConfigDeps): readonly string[] {
  return attempt(() => deps.listNames(path)) ?? [];
}

interface Process {
  readonly command: string;
  readonly line: string;
}

function readProcesses(deps: ConfigDeps): readonly Process[] {
  return namesIn("/proc", deps)
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const command = attempt(() => deps.readText(`/proc/${pid}/comm`));
      const line = attempt(() => deps.readText(`/proc/${pid}/cmdline`));
      return command === undefined || line === undefined ? [] : [{ command: command.trim(), line }];
    });
}

function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (hasCode(error, "ENOENT", "ENOTDIR", "EACCES", "EPERM", "ESRCH", "ELOOP")) return undefined;
    throw error;
  }
}
