import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** File names as bytes, and what is in them: everything that a shell, jq or sha256sum could stumble over. */
const oddFiles: readonly (readonly [name: string | Buffer, content: string | Buffer])[] = [
  ["plain.log.1", lines(2_000)],
  ["with space.log.2", lines(30)],
  ["new\nline.log.3", lines(2_000)],
  ["ends in a newline\n", "x"],
  ["ends in a return\r", "y"],
  ["tab\tand\rreturn.log", "z"],
  [`quotes ' " \`id\` $HOME.log.4`, lines(2_000)],
  ["back\\slash\\n.log.5", "not a newline"],
  ["-rf", "a dash"],
  ["*?[x]{a,b}!#&;|<>()~%", "shell"],
  [Buffer.from("\xff\xfe latin \xe9.log.6", "latin1"), lines(2_000)],
  ["ünïcödé 日本.log.7", "utf-8"],
  [`${"n".repeat(250)}.1`, lines(2_000)],
  ["empty.log.8", ""],
  ["already.gz", Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3])],
  ["big.log.9", lines(250_000)],
  ["deep/er/and deeper/file.log.1", lines(10)],
];

/** Makes them below a directory, all ten days old, with two hard links, a sparse file and times that are no times of day. */
export function makeOddFiles(directory: string): void {
  const path = (name: string | Buffer) => Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(name)]);
  for (const [name, content] of oddFiles) {
    if (typeof name === "string") mkdirSync(dirname(`${directory}/${name}`), { recursive: true });
    writeFileSync(path(name), content);
  }
  linkSync(`${directory}/plain.log.1`, `${directory}/linked.log.1`);
  writeFileSync(`${directory}/sparse.log.2`, "end");
  truncateSync(`${directory}/sparse.log.2`, 3 * 2 ** 20);
  const old = Date.now() / 1000 - 10 * 86_400;
  for (const [name] of oddFiles) utimesSync(path(name), old, old + 0.123);
  utimesSync(`${directory}/sparse.log.2`, 0, 0);
  execFileSync("touch", ["-d", "1969-12-31T23:59:58.5Z", `${directory}/empty.log.8`]);
}

function lines(count: number): string {
  return Array.from({ length: count }, (_, index) => `line ${index} of a log\n`).join("");
}
