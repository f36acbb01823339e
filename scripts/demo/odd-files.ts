import type { WriteFile } from "./log-tree.ts";

/** Names that have broken other people's scripts; each is a perfectly good file name. */
const oddNames: readonly (string | Buffer)[] = [
  "a name with spaces.log.12",
  'it\'s quoted "twice".log.12',
  "two\nlines.log.12",
  "tab\tand back\\slash.log.12",
  "-rf",
  "--delete",
  "$(reboot).log.12",
  "`id`;|&.log.12",
  "*.log.12",
  "Börse Zürich 株式.log.12",
  Buffer.from("caf\xe9 \xff\xfe.log.12", "latin1"),
  ".hidden.12",
  `${"long-".repeat(48)}name.12`,
];

/** Writes them, and one file that claims to be from the future. */
export function writeOddFiles(root: string, write: WriteFile): void {
  for (const name of oddNames) {
    const path = Buffer.concat([Buffer.from(`${root}/cron/`), typeof name === "string" ? Buffer.from(name) : name]);
    write(path, `an ordinary log line in a file of an odd name\n`.repeat(40), { ageDays: 12 });
  }
  write("cron/clock-was-wrong.log.3", "written while the clock was wrong\n", { ageDays: -2 });
}
