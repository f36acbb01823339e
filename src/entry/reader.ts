import { parentPort, workerData } from "node:worker_threads";
import { type RemoverTask, serveRemover } from "../clean/remover-thread.ts";
import { realHost } from "../host/host.ts";
import { type ReaderTask, serveReader } from "../scan/reader-thread.ts";

/** The entry point of a worker thread that reads directories, or removes what lies in them. */
if (parentPort === null) throw new Error("this file runs as a worker thread of a job");
const task = workerData as ReaderTask | RemoverTask;
if (task.work === "read") serveReader(task, parentPort, realHost().clock.now);
else serveRemover(task, parentPort);
