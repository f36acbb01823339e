import { parentPort, workerData } from "node:worker_threads";
import { realHost } from "../host/host.ts";
import type { CopierContext } from "../moves/copier-context.ts";
import { serveCopier } from "../moves/copier-thread.ts";

/** The entry point of a worker thread that copies, compares, publishes and removes. */
if (parentPort === null) throw new Error("this file runs as a worker thread of a job");
serveCopier(workerData as CopierContext, parentPort, realHost().clock.elapsed);
