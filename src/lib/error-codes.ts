/** Exit codes of INTERFACE section 3. */
export const exitCodes = {
  ok: 0,
  bug: 1,
  usage: 2,
  partial: 3,
  config: 4,
  refused: 5,
  unavailable: 10,
  busy: 11,
  external: 12,
  corrupt: 13,
  interrupted: 130,
} as const;

export type ExitName = keyof typeof exitCodes;

interface ErrorEntry {
  readonly exit: ExitName;
  /** What happened, for the reference page. */
  readonly meaning: string;
  /** What to do about it in general; each error's own hint is more exact. */
  readonly remedy: string;
}

/** Every code that an `OperatorError` can carry. `docs/reference/errors.md` is generated from this table. */
export const errorTable = {
  USAGE: {
    exit: "usage",
    meaning: "The command line is not understood.",
    remedy: "Read the usage that is printed, or `tierkeep VERB --help`.",
  },
  AMBIGUOUS: {
    exit: "usage",
    meaning: "Several stored versions fit equally well.",
    remedy: "Name one by its id, or narrow the choice with `--at`.",
  },
  NOT_FOUND: {
    exit: "usage",
    meaning: "Nothing that was ever moved fits the path, pattern or id.",
    remedy: "Search with `tierkeep find '*NAME*'`.",
  },
  CONFIG_INVALID: {
    exit: "config",
    meaning: "The configuration has problems; all of them are listed.",
    remedy: "Mend each line that is named, then `tierkeep config check`.",
  },
  CONFIG_MISSING: {
    exit: "config",
    meaning: "The configuration file cannot be read.",
    remedy: "Write it, or name another one with `--config FILE`.",
  },
  CONFIG_EXISTS: {
    exit: "refused",
    meaning: "`init` would write over a file that is there.",
    remedy: "Name another file with `--output FILE`, or read the proposal with `--output -`.",
  },
  CATALOG_NEWER: {
    exit: "config",
    meaning: "The catalog was written by a newer tierkeep.",
    remedy: "Run the newer version; this one touched nothing.",
  },
  CATALOG_DAMAGED: {
    exit: "corrupt",
    meaning: "The catalog cannot be read.",
    remedy:
      "`tierkeep catalog rebuild` makes it anew from the manifests on the tiers, and keeps the damaged one. Look at the disk that it lies on.",
  },
  STATE_DIR: {
    exit: "external",
    meaning: "The state directory cannot be used.",
    remedy: "Make it writable for root on a local disk, or set `state_dir`.",
  },
  TEMP_FILE: {
    exit: "external",
    meaning: "The temporary file that holds a long plan cannot be written.",
    remedy: "Make room in `/var/tmp`, or name another directory in `TMPDIR`.",
  },
  NATIVE_MISSING: {
    exit: "external",
    meaning: "The native library for system calls is not there for this machine.",
    remedy: "Install with optional packages (`npm ci`) on Linux x64 or arm64.",
  },
  NOT_APPROVED: {
    exit: "refused",
    meaning: "The job's rule is new or was edited, and nobody approved it as it stands.",
    remedy: "Look at `tierkeep plan JOB`, then `tierkeep approve JOB`.",
  },
  REFUSED: {
    exit: "refused",
    meaning: "A guard said no.",
    remedy: "Read the reason; mend its cause.",
  },
  TIER_IDENTITY: {
    exit: "unavailable",
    meaning: "What is at the tier's path is not the tier that was adopted.",
    remedy: "Mount the right file system, or adopt the new one with `tierkeep tier adopt NAME --moved`.",
  },
  TIER_NOT_ADOPTED: {
    exit: "unavailable",
    meaning: "The tier was never adopted, so tierkeep cannot know it again.",
    remedy: "`tierkeep tier adopt NAME`",
  },
  TIER_CLONED: {
    exit: "refused",
    meaning: "Two mounted file systems carry the identity of one tier; neither is used.",
    remedy: "Unmount the copy.",
  },
  TIER_UNAVAILABLE: {
    exit: "unavailable",
    meaning: "The tier does not answer, is not mounted or cannot be written.",
    remedy: "Look at `tierkeep health`.",
  },
  TIER_UNFIT: {
    exit: "refused",
    meaning: "The path cannot become a tier.",
    remedy: "Read the reason; name another path, or say `directory = true`.",
  },
  ADOPT_REFUSED: {
    exit: "refused",
    meaning: "The path carries something that adopting would hide or confuse.",
    remedy: "Read the reason; `--moved` or `--replace` say that it is meant.",
  },
  FORGET_REFUSED: {
    exit: "refused",
    meaning: "A tier was not forgotten, since nobody said that it is meant.",
    remedy: "Where there is no terminal to ask on, `--yes` says so.",
  },
  SOURCE_MISSING: {
    exit: "partial",
    meaning: "A job's source does not exist or cannot be read.",
    remedy: "Mount or create it, or take the job out of the configuration.",
  },
  BUSY: {
    exit: "busy",
    meaning: "Another run of the same job is at work.",
    remedy: "Wait for it, or look at what it does with `ps`.",
  },
  TARGET_EXISTS: {
    exit: "partial",
    meaning: "Something lies where the file would be restored to; it was left alone.",
    remedy: "Restore with `--to DIR` or `--keep-both`.",
  },
  TARGET_HANGS: {
    exit: "partial",
    meaning: "The file system on which a file would be restored does not answer; nothing there was touched.",
    remedy: "Restore with `--to DIR`, or look at that file system: `tierkeep health`, `dmesg | tail`.",
  },
  STORED_DAMAGED: {
    exit: "corrupt",
    meaning: "What is stored does not match its checksum.",
    remedy: "Keep the tier as it is; look for another version with `tierkeep find`.",
  },
  STORED_MISSING: {
    exit: "corrupt",
    meaning: "The catalog says that a file is stored, and it is not there.",
    remedy: "Look at the tier with `tierkeep health`; look for another version with `tierkeep find`.",
  },
  EXTERNAL: {
    exit: "external",
    meaning: "An external command or a system call failed.",
    remedy: "Read its own words, which are part of the message.",
  },
  JOB_DIED: {
    exit: "partial",
    meaning: "The process that did a job ended without a report.",
    remedy: "Run the job again: it repairs what was left, and says so.",
  },
  JOB_STALLED: {
    exit: "partial",
    meaning: "A job made no progress for `stall_timeout` and was ended; its tier or source may not be answering.",
    remedy: "Look at `tierkeep health`; the next run repairs what was begun.",
  },
  BUG: {
    exit: "bug",
    meaning: "The process that did a job met a bug; the other jobs went on.",
    remedy: "Report the stack on stderr, and run the job again: it repairs what was left.",
  },
  INTERRUPTED: {
    exit: "interrupted",
    meaning: "Stopped by a signal.",
    remedy: "Run again: it goes on where it stopped.",
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;

/** Reports carry codes of system calls, too. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code);
}

/** The exit code that belongs to an error code. */
export function exitCodeOf(code: ErrorCode): number {
  return exitCodes[errorTable[code].exit];
}
