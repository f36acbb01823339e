import type { ToChild } from "../app/supervise-child.ts";
import { dieWithParent } from "../host/own-process.ts";
import { OperatorError, systemFailure } from "../lib/errors.ts";
import type { ReportedError } from "../reports/plan.ts";

class Stopped extends Error {
  override readonly name = "Stopped";
}

export interface ParentDoors<Message> {
  /** Aborted when the parent says stop or goes away. */
  readonly signal: AbortSignal;
  /** Resolves when the parent has taken the message. */
  readonly send: (message: Message) => Promise<void>;
}

/** What every child says when it cannot do what it was asked. */
type Failed =
  | { readonly type: "failure"; readonly error: ReportedError & { readonly facts: Readonly<Record<string, string>> } }
  | { readonly type: "bug"; readonly stack: string };

/** A process of our own: one request over the channel, then messages until it ends. */
export function serveParent<Request, Message>(
  work: (request: Request, doors: ParentDoors<Message>) => Promise<void>,
): void {
  const stop = new AbortController();
  // The kernel sends SIGIO when a writer opens a file that is being probed; its default is to kill (HAZARDS M28).
  process.on("SIGIO", ignoreSignal);
  // A terminal sends these to the whole group; the parent decides and says "stop".
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, ignoreSignal);
  process.on("disconnect", () => stop.abort(new Stopped("the parent went away")));
  process.on("message", (message: ToChild<Request>) => {
    if (message.type === "stop") stop.abort(new Stopped("asked to stop"));
    else void answer(() => work(message.request, { signal: stop.signal, send }));
  });
  dieWithParent();
}

function ignoreSignal(): void {
  // Having a handler is all that counts.
}

async function answer(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    await send(failureOf(error));
  }
  process.disconnect?.();
}

function failureOf(error: unknown): Failed {
  const expected = error instanceof OperatorError ? error : systemFailure(error);
  if (expected !== undefined) {
    const { code, message, hint, facts } = expected;
    return { type: "failure", error: { code, message, hint: hint ?? null, facts } };
  }
  return { type: "bug", stack: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

function send(message: unknown): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (process.send === undefined || !process.connected) return Promise.resolve();
  process.send(message, () => resolve());
  return promise;
}
