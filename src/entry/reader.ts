import { parentPort, workerData } from "node:worker_threads";
import { type ScratchTask, scratchReader } from "../clean/read-scratch.ts";
import { type RemoverTask, serveRemover } from "../clean/remover-thread.ts";
import { realHost } from "../host/host.ts";
import { directoryReader } from "../scan/read-directory.ts";
import { type ReaderTask, serveReader } from "../scan/reader-thread.ts";

/** The entry point of a worker thread that reads directories, or removes what lies in them. */
if (parentPort === null) throw new Error("this file runs as a worker thread of a job");
const { now } = realHost().clock;
const task = workerData as ReaderTask | ScratchTask | RemoverTask;
if (task.work === "read") serveReader(directoryReader(task.root, task.rule, now), parentPort);
else if (task.work === "read-scratch") serveReader(scratchReader(task.root, task.rule, now), parentPort);
else serveRemover(task, parentPort);
