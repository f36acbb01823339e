import { setPriority } from "node:os";
import { doJob } from "../app/job-child.ts";
import type { FromChild, JobRequest, ToChild } from "../app/job-messages.ts";
import { realHost } from "../host/host.ts";
import { dieWithParent, setIdleIoPriority } from "../host/own-process.ts";
import { OperatorError, systemFailure } from "../lib/errors.ts";

/** The entry point of a job's own process: one request over the channel, then messages until it ends. */
class Stopped extends Error {
  override readonly name = "Stopped";
}

function main(): void {
  const stop = new AbortController();
  // The kernel sends SIGIO when a writer opens a file that is being probed; its default is to kill (HAZARDS M28).
  process.on("SIGIO", ignoreSignal);
  // A terminal sends these to the whole group; the parent decides and says "stop".
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, ignoreSignal);
  process.on("disconnect", () => stop.abort(new Stopped("the parent went away")));
  process.on("message", (message: ToChild) => {
    if (message.type === "stop") stop.abort(new Stopped("asked to stop"));
    else void work(message, stop.signal);
  });
  dieWithParent();
}

function ignoreSignal(): void {
  // Having a handler is all that counts.
}

async function work(message: ToChild & { type: "start" }, signal: AbortSignal): Promise<void> {
  try {
    giveWayToOthers(message.request);
    await doJob(message.request, { pid: process.pid, clock: realHost().clock, signal, send });
  } catch (error) {
    await send(failureOf(error));
  }
  process.disconnect?.();
}

/** Before any thread is started, which has then the same. Who waits for a plan is a person. */
function giveWayToOthers({ mode, limits }: JobRequest): void {
  if (limits.io === "idle") setIdleIoPriority();
  if (mode === "run") setPriority(limits.io === "idle" ? 19 : 10);
}

function failureOf(error: unknown): FromChild {
  const expected = error instanceof OperatorError ? error : systemFailure(error);
  if (expected !== undefined) {
    const { code, message, hint, facts } = expected;
    return { type: "failure", error: { code, message, hint: hint ?? null, facts } };
  }
  return { type: "bug", stack: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

function send(message: FromChild): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (process.send === undefined || !process.connected) return Promise.resolve();
  process.send(message, () => resolve());
  return promise;
}

main();
