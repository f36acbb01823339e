import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { dirname } from "node:path";
import { shell } from "./shell.ts";

/** What the numbers were measured on and with, as a Markdown list. */
export function machineFacts(): string {
  const disk = shell("findmnt", "-no", "SOURCE,FSTYPE,OPTIONS", "--target", "/var/tmp").trim().replace(/\s+/g, " ");
  const facts = [
    `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Linux ${release()}`,
    `disk: ${disk}; loop images lie there`,
    `Node ${process.versions.node}, SQLite ${process.versions.sqlite ?? "?"}, zstd ${process.versions.zstd ?? "?"}; ${versions()}`,
  ];
  return facts.map((fact) => `- ${fact}`).join("\n");
}

function versions(): string {
  const first = (command: string, argument: string) => shell(command, argument).trim().split("\n")[0] ?? "";
  return [
    first("rsync", "--version").replace(/ +protocol.*/, ""),
    first("cp", "--version"),
    first("gzip", "--version"),
    `zstd ${/v[\d.]+/.exec(first("zstd", "--version"))?.[0] ?? "?"}`,
  ].join(", ");
}

/** What is measured, by the checkout that the program lies in. */
export function commitOf(program: string): string {
  const git = (...args: readonly string[]) => shell("git", "-C", dirname(program), ...args).trim();
  const id = git("rev-parse", "--short", "HEAD");
  const edited = git("status", "--porcelain", "--", "../src", "../bin") !== "";
  return edited ? `${id} with local changes` : id;
}

/** How busy the machine is with other work: the average length of the run queue over the last minute. */
export function load(): string {
  return readFileSync("/proc/loadavg", "utf8").split(" ")[0] ?? "?";
}
