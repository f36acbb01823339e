import * as z from "zod";
import { askOverSocket, HttpFailure } from "../host/http.ts";

/** The Docker Engine behind its socket, in a version of its API that both sides know. */
export interface Engine {
  readonly socket: string;
  /** What the Engine calls itself; the same after a restart. */
  readonly id: string;
  /** @throws EngineFailure */
  readonly ask: <T>(answer: z.ZodType<T>, question: EngineQuestion) => Promise<T>;
}

export interface EngineQuestion {
  readonly method?: "POST" | "DELETE";
  /** Below the version, with its query, such as `/containers/json?all=1`. */
  readonly path: string;
  /** Default 10 s. */
  readonly timeoutMs?: number;
}

/** Nobody serves the socket. */
export interface Absent {
  readonly absent: string;
}

/** The Engine refused, was not reached or was not understood. */
export class EngineFailure extends Error {
  override readonly name = "EngineFailure";
  /** Of HTTP; `undefined` when there was no answer. */
  readonly status: number | undefined;
  /** Of a system call, or `HTTP 409`. */
  readonly code: string;

  constructor(message: string, { status, code }: { status?: number | undefined; code: string }) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** For deeds, and for questions that make the Engine walk file trees. */
export const patientMs = 300_000;
const promptMs = 10_000;
/** A little less than a stopped job is given to end. */
const graceMs = 8_000;
/** The newest version of the API that was read about; 1.41 (Docker 20.10) was tried. */
const newestKnown = "1.47";

/** Asks who is there and which versions it speaks. @throws EngineFailure */
export async function openEngine(socket: string, signal: AbortSignal): Promise<Engine | Absent> {
  const asking = { socket, signal, base: "" };
  try {
    const spoken = await ask(asking, versionAnswer, { path: "/version" });
    const base = `/v${chooseVersion(spoken)}`;
    const { ID: id } = await ask({ ...asking, base }, infoAnswer, { path: "/info" });
    return { socket, id, ask: (answer, question) => ask({ ...asking, base }, answer, question) };
  } catch (error) {
    const absent = error instanceof EngineFailure ? absences[error.code] : undefined;
    if (absent === undefined) throw error;
    return { absent: absent(socket) };
  }
}

export function isAbsent(engine: Engine | Absent): engine is Absent {
  return "absent" in engine;
}

const absences: Readonly<Record<string, (socket: string) => string>> = {
  ENOENT: (socket) => `Docker is not here: there is no ${socket}`,
  ENOTDIR: (socket) => `Docker is not here: there is no ${socket}`,
  ECONNREFUSED: (socket) => `Docker is not running: nobody answers at ${socket}`,
};

const versionAnswer = z.object({ ApiVersion: z.string(), MinAPIVersion: z.string().default("1.12") });
const infoAnswer = z.object({ ID: z.string() });
const errorAnswer = z.object({ message: z.string() });

function chooseVersion({ ApiVersion, MinAPIVersion }: z.output<typeof versionAnswer>): string {
  if (isOlder(newestKnown, MinAPIVersion)) {
    const message = `Docker speaks API ${MinAPIVersion} and newer, and this version knows ${newestKnown} at most`;
    throw new EngineFailure(message, { code: "EPROTONOSUPPORT" });
  }
  return isOlder(ApiVersion, newestKnown) ? ApiVersion : newestKnown;
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split(".").map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
}

interface Asking {
  readonly socket: string;
  readonly signal: AbortSignal;
  readonly base: string;
}

async function ask<T>({ socket, signal, base }: Asking, answer: z.ZodType<T>, question: EngineQuestion): Promise<T> {
  const { method = "GET", timeoutMs = promptMs } = question;
  const path = `${base}${question.path}`;
  const said = (what: string) => `${method} ${question.path.replace(/\?.*/, "")}: ${what}`;
  try {
    const { status, body } = await askOverSocket({ socket, method, path, timeoutMs, signal, graceMs });
    if (status >= 400) {
      const message = errorAnswer.safeParse(body).data?.message ?? `HTTP ${status}`;
      throw new EngineFailure(said(message), { status, code: `HTTP ${status}` });
    }
    const parsed = answer.safeParse(body);
    if (!parsed.success) throw new EngineFailure(said(z.prettifyError(parsed.error)), { code: "EBADMSG" });
    return parsed.data;
  } catch (error) {
    if (error instanceof HttpFailure) throw new EngineFailure(said(error.message), { code: error.code });
    throw error;
  }
}

/** The failure of a question about something that is gone by now. */
export function isGone(error: unknown): boolean {
  return error instanceof EngineFailure && error.status === 404;
}
