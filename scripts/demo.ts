import type { ChildProcess } from "node:child_process";
import { drawDemo } from "./demo/picture.ts";
import { type Stage, setStage } from "./demo/stage.ts";
import { tellStory } from "./demo/story.ts";
import { makeTeller } from "./demo/teller.ts";

/**
 * The demo: tierkeep at its main work, on file systems of its own below the temporary directory. Asks nothing, leaves
 * nothing. Exit 0 when everything was as it says, 1 when a single byte was not, 130 when it was interrupted.
 * With `--picture` it draws itself for the documents.
 */
const running = new Set<ChildProcess>();
let stage: Stage | undefined;

if (process.argv[2] === "--picture") drawDemo("docs/images/demo.svg", "docs/demo.txt");
else await showDemo();

async function showDemo(): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      clear();
      process.stdout.write("\nstopped; the scratch folder is gone\n");
      process.exit(130);
    });
  }
  try {
    stage = setStage();
    const teller = makeTeller(process.stdout, process.env);
    process.exitCode = (await tellStory({ stage, teller, running })) ? 0 : 1;
  } finally {
    clear();
  }
}

function clear(): void {
  for (const child of running) child.kill("SIGKILL");
  stage?.clear();
}
