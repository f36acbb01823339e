import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { appendConfig } from "./night-scene.ts";
import { tool } from "./stage.ts";
import type { Told } from "./story.ts";

/** A NAS that stops answering takes nothing with it: bindfs, stopped by SIGSTOP, hangs as a dead NFS server does. */
export async function showHungNas(told: Told, running: Set<ChildProcess>): Promise<void> {
  const { stage, teller, commands, rows } = told;
  await teller.heading("The NAS stops answering");
  const nas = `${stage.root}/nas`;
  const served = await serve(stage.root, nas, running);
  if (served === undefined) {
    teller.say("Not shown: it needs root and bindfs.");
    return;
  }
  let withoutNas = () => {};
  try {
    teller.say("A fourth tier, served by a process of its own. Then that process is stopped dead.");
    writeOld(`${stage.hot}/reports/2026-08.txt`);
    writeOld(`${stage.hot}/log/cron/late-report.txt`);
    withoutNas = appendConfig(stage, [
      "[tiers.nas]",
      `path = "${nas}"`,
      "[[move]]",
      'name = "reports"',
      `source = "${stage.hot}/reports"`,
      'to = "nas"',
      'older_than = "30d"',
    ]);
    await commands.shell("tierkeep tier adopt nas --yes > /dev/null && tierkeep approve reports > /dev/null");
    await teller.typed(`kill -STOP ${served.pid}`);
    served.kill("SIGSTOP");
    const ran = await commands.tierkeep("run");
    served.kill("SIGCONT");
    await teller.typed(`kill -CONT ${served.pid}`);
    const again = await commands.tierkeep("run", "reports");
    rows.push({
      isGood: ran === 3 && again === 0,
      what: "a hung NAS survived",
      numbers: `exit ${ran}, the other jobs done; exit ${again} when it answered again`,
    });
  } finally {
    withoutNas();
    served.kill("SIGCONT");
    tool("umount", ["-l", nas]);
    served.kill("SIGTERM");
  }
}

function writeOld(path: string): void {
  mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  writeFileSync(path, "a report of a month ago\n");
  const seconds = Date.now() / 1000 - 90 * 86_400;
  utimesSync(path, seconds, seconds);
}

async function serve(root: string, at: string, running: Set<ChildProcess>): Promise<ChildProcess | undefined> {
  if (process.getuid?.() !== 0 || !tool("bindfs", ["--version"])) return undefined;
  for (const path of [at, `${root}/nas-disk`]) mkdirSync(path);
  const child = spawn("bindfs", ["-f", `${root}/nas-disk`, at], { stdio: "ignore" });
  running.add(child);
  child.once("exit", () => running.delete(child));
  for (let waited = 0; waited < 5_000; waited += 50) {
    if (tool("mountpoint", ["-q", at])) return child;
    await sleep(50);
  }
  child.kill("SIGKILL");
  return undefined;
}
