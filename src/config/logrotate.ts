import { logrotateStatements } from "./logrotate-statements.ts";

/** One block of logrotate's configuration, with the global settings that hold at its place. */
export interface LogrotateRule {
  /** Paths with globs, as written. */
  readonly patterns: readonly string[];
  readonly frequency: Frequency | undefined;
  /** Rotated when larger than this, however long that takes (`size`), so that ages can't be told. */
  readonly bySize: boolean;
  /** How many rotated files are kept; -1: all. */
  readonly rotate: number;
  readonly maxAgeDays: number | undefined;
  readonly dateExtension: boolean;
  readonly compress: boolean;
  readonly oldDirectory: string | undefined;
  /** The file that it stands in. */
  readonly from: string;
}

export type Frequency = "hourly" | "daily" | "weekly" | "monthly" | "yearly";

export interface LogrotateText {
  readonly path: string;
  readonly text: string;
}

/** The texts of what an `include` names: a file, or the files of a directory in order. */
export type ReadInclude = (path: string) => readonly LogrotateText[];

type Settings = Omit<LogrotateRule, "patterns" | "from">;

/** logrotate's own defaults (logrotate(8)): nothing is kept unless `rotate` says so. */
const builtIn: Settings = {
  frequency: undefined,
  bySize: false,
  rotate: 0,
  maxAgeDays: undefined,
  dateExtension: false,
  compress: false,
  oldDirectory: undefined,
};

/** The rules of a logrotate configuration (logrotate.conf(5)); what it doesn't understand it passes over. */
export function parseLogrotate(main: LogrotateText, readInclude: ReadInclude): readonly LogrotateRule[] {
  const rules: LogrotateRule[] = [];
  parseText(main, { settings: builtIn, depth: 0, readInclude, rules });
  return rules;
}

/** The path patterns that logrotate's configuration lists: logs in use by these names. */
export function logrotateNames(rules: readonly LogrotateRule[]): readonly string[] {
  return [...new Set(rules.flatMap((rule) => rule.patterns))];
}

interface Reader {
  readonly settings: Settings;
  readonly depth: number;
  readonly readInclude: ReadInclude;
  readonly rules: LogrotateRule[];
}

const maxDepth = 10;

/** Reads one file; gives the global settings that hold after it. */
function parseText({ path, text }: LogrotateText, reader: Reader): Settings {
  let globals = reader.settings;
  for (const statement of logrotateStatements(text)) {
    if (statement.kind === "block") {
      const settings = statement.lines.reduce(withDirective, globals);
      reader.rules.push({ ...settings, patterns: splitPaths(statement.header), from: path });
    } else if (/^include\s/.test(statement.line)) globals = included(statement.line, { ...reader, settings: globals });
    else globals = withDirective(globals, statement.line);
  }
  return globals;
}

/** Reads what an `include` names, at its place: the settings in there hold from there on. */
function included(line: string, reader: Reader): Settings {
  if (reader.depth >= maxDepth) return reader.settings;
  const path = line.replace(/^include\s+/, "").replaceAll(/^["']|["']$/g, "");
  let settings = reader.settings;
  for (const text of reader.readInclude(path))
    settings = parseText(text, { ...reader, settings, depth: reader.depth + 1 });
  return settings;
}

function splitPaths(header: string): readonly string[] {
  return [...header.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

function withDirective(settings: Settings, line: string): Settings {
  const [word = "", value = ""] = line.split(/[\s=]+/);
  const number = /^-?\d+$/.test(value) ? Number(value) : undefined;
  switch (word) {
    case "hourly":
    case "daily":
    case "weekly":
    case "monthly":
    case "yearly":
      return { ...settings, frequency: word, bySize: false };
    case "size":
      return { ...settings, bySize: true };
    case "rotate":
      return { ...settings, rotate: number ?? settings.rotate };
    case "maxage":
      return { ...settings, maxAgeDays: number ?? settings.maxAgeDays };
    case "olddir":
      return { ...settings, oldDirectory: value === "" ? undefined : value };
    case "noolddir":
      return { ...settings, oldDirectory: undefined };
    default:
      return withSwitch(settings, word);
  }
}

function withSwitch(settings: Settings, word: string): Settings {
  const on = !word.startsWith("no");
  const name = on ? word : word.slice(2);
  if (name === "dateext") return { ...settings, dateExtension: on };
  return name === "compress" ? { ...settings, compress: on } : settings;
}
