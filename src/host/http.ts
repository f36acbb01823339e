import type { IncomingMessage } from "node:http";

export interface HttpQuestion {
  /** Path of the UNIX socket. */
  readonly socket: string;
  readonly method: "GET" | "POST" | "DELETE";
  /** With its query. */
  readonly path: string;
  /** For connecting, waiting and reading together. */
  readonly timeoutMs: number;
  /** Once it is aborted, the answer is waited for at most `graceMs` more. */
  readonly signal: AbortSignal;
  readonly graceMs: number;
  /** A longer answer is refused. Default 64 MiB. */
  readonly maxBytes?: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** The parsed JSON; `undefined` for an empty body. */
  readonly body: unknown;
}

/** `code` is `ENOENT`, `ECONNREFUSED`, `EACCES`, …, `ETIMEDOUT`, `EMSGSIZE` (too long) or `EBADMSG` (no JSON). */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const defaultMaxBytes = 64 * 2 ** 20;

/** Asks an HTTP server behind a UNIX socket for JSON, over a connection of its own. @throws HttpFailure */
export async function askOverSocket(question: HttpQuestion): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const { socket: socketPath, method, path, signal } = question;
  // Loaded only now: importing it takes 20 ms, a sixth of a whole `tierkeep --help`, since Node loads `fetch` with it.
  const { request } = await import("node:http");
  const asked = request({ socketPath, method, path, agent: false, headers: { host: "localhost" } });
  const giveUp = (afterMs: number) => asked.destroy(new HttpFailure("ETIMEDOUT", `no answer in ${afterMs / 1000} s`));
  const timers = [setTimeout(giveUp, question.timeoutMs, question.timeoutMs)];
  const hurry = () => timers.push(setTimeout(giveUp, question.graceMs, question.graceMs));
  signal.addEventListener("abort", hurry);
  if (signal.aborted) hurry();
  asked.on("error", (error: NodeJS.ErrnoException) => reject(asFailure(error)));
  asked.on("response", (response) => readAnswer(response, question.maxBytes ?? defaultMaxBytes).then(resolve, reject));
  asked.end();
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", hurry);
    for (const timer of timers) clearTimeout(timer);
    asked.destroy();
  }
}

async function readAnswer(response: IncomingMessage, maxBytes: number): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new HttpFailure("EMSGSIZE", `an answer of over ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw asFailure(error);
  }
  return { status: response.statusCode ?? 0, body: parseJson(Buffer.concat(chunks).toString("utf8")) };
}

function parseJson(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new HttpFailure("EBADMSG", `an answer that is no JSON: ${JSON.stringify(text.slice(0, 80))}`);
  }
}

function asFailure(error: unknown): unknown {
  if (error instanceof HttpFailure || !(error instanceof Error)) return error;
  return new HttpFailure("code" in error ? String(error.code) : "EIO", error.message);
}
