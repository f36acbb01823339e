import { guards } from "../../src/jobs/guards.ts";
import { type ExitName, errorTable, exitCodes } from "../../src/lib/error-codes.ts";
import { code, page, table } from "./markdown.ts";

const exitMeanings: Readonly<Record<ExitName, string>> = {
  ok: "done",
  bug: "a bug: a stack trace is printed; please report it",
  usage: "wrong usage, or nothing fits what was asked for",
  partial: "partial: some files or jobs failed, the rest is done",
  config: "the configuration is invalid, or was written by a newer version",
  refused: "refused: not approved, or a guard said no",
  unavailable: "a tier is unavailable",
  busy: "another run is at work",
  external: "an external command or the state directory failed",
  corrupt: "stored data does not match its checksum",
  interrupted: "stopped by a signal",
};

export function errorsPage(): string {
  const exits = Object.entries(exitCodes).map(([name, exit]) => [code(String(exit)), exitMeanings[name as ExitName]]);
  const errors = Object.entries(errorTable).map(([name, { exit, meaning, remedy }]) => [
    code(name),
    String(exitCodes[exit]),
    meaning,
    remedy,
  ]);
  return page(
    "# Errors and exit codes",
    `An expected failure is printed in two lines, without a stack, and its code decides the exit code:

\`\`\`
tierkeep: error: MESSAGE [CODE]
tierkeep: hint: WHAT TO DO OR TYPE NEXT
\`\`\``,
    "## Exit codes",
    table(["exit", "meaning"], exits),
    `Of several jobs, 5, 10 and 11 are told only when they are the reason for every job; any mixture is 3, damaged data
is 13, a signal is 130. \`health\` is a Nagios plugin and has its own: 0 ok, 1 warning, 2 critical, 3 for every failure
to judge.`,
    "## Error codes",
    table(["code", "exit", "meaning", "what to do"], errors),
    "## Codes of single files",
    `In a run's report each entry of \`errors\` has one of the codes above, the name of the system call's error (\`ENOSPC\`,
\`EIO\`, …: the message names the call and the path), a [reason](reasons.md), or one of these:`,
    table(["code", "meaning"], fileCodes),
    "## Guards",
    `A guard refuses a whole job (exit 5); \`plan\` shows it as the job's \`refusal\`. Some a person can lift:
\`tierkeep approve JOB --guard GUARD\` lets the next run of that job get past it, once.`,
    table(["guard", "refuses when", "mended by", "can be lifted"], guardRows()),
  );
}

function guardRows(): readonly (readonly string[])[] {
  return Object.entries(guards).map(([id, { refuses, mendedBy, canBeLifted }]) => [
    code(id),
    refuses,
    mendedBy,
    canBeLifted ? "yes" : "no",
  ]);
}

const fileCodes = [
  ["`READ_BACK`", "The copy that was read back from the tier differs. It was dropped; the source stays."],
  [
    "`LEFT_ELSEWHERE`",
    "A dead run left unfinished files on a tier or below a source that this run does not reach; they wait in the journal.",
  ],
] as const;
