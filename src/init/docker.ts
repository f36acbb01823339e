import { askOverSocket, HttpFailure } from "../host/http.ts";

const socket = "/var/run/docker.sock";
const timeoutMs = 3_000;

/** Docker's usual socket, where an Engine answers on it. */
export async function dockerSocketThere(): Promise<string | undefined> {
  const signal = new AbortController().signal;
  try {
    await askOverSocket({ socket, method: "GET", path: "/version", timeoutMs, signal, graceMs: timeoutMs });
    return socket;
  } catch (error) {
    if (error instanceof HttpFailure) return undefined;
    throw error;
  }
}
