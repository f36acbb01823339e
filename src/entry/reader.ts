import { parentPort, workerData } from "node:worker_threads";
import { realHost } from "../host/host.ts";
import { type ReaderTask, serveReader } from "../scan/reader-thread.ts";

/** The entry point of a worker thread that reads directories. */
if (parentPort === null) throw new Error("this file runs as a worker thread of a job");
serveReader(workerData as ReaderTask, parentPort, realHost().clock.now);
