import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { test } from "node:test";
import { askOverSocket, type HttpQuestion } from "./http.ts";

interface Serving extends AsyncDisposable {
  readonly ask: (changes?: Partial<HttpQuestion>) => ReturnType<typeof askOverSocket>;
}

/** A server that answers as the test says: real ones do not fail on demand. */
async function serve(answer: (response: ServerResponse) => void): Promise<Serving> {
  const directory = mkdtempSync("/tmp/tierkeep-http-");
  const socket = `${directory}/s`;
  const server = createServer((_request, response) => answer(response)).listen(socket);
  await once(server, "listening");
  const signal = new AbortController().signal;
  return {
    ask: (changes) =>
      askOverSocket({ socket, method: "GET", path: "/", timeoutMs: 5_000, graceMs: 5_000, signal, ...changes }),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
      rmSync(directory, { recursive: true });
    },
  };
}

test("an answer has its status and its JSON, whatever the status is", async () => {
  await using server = await serve((response) => response.writeHead(409).end('{"message":"in use"}'));
  assert.deepEqual(await server.ask(), { status: 409, body: { message: "in use" } });
  await using empty = await serve((response) => response.writeHead(204).end());
  assert.deepEqual(await empty.ask(), { status: 204, body: undefined });
});

test("what never answers, or stops half-way, ends at the limit", async () => {
  await using silent = await serve(() => {});
  await assert.rejects(silent.ask({ timeoutMs: 50 }), { code: "ETIMEDOUT", message: "no answer in 0.05 s" });
  await using slow = await serve((response) => response.write('{"half":'));
  await assert.rejects(slow.ask({ timeoutMs: 50 }), { code: "ETIMEDOUT" });
});

test("once a stop was asked for, an answer is waited for no longer than the grace", async () => {
  const stop = new AbortController();
  await using silent = await serve(() => stop.abort());
  await assert.rejects(silent.ask({ signal: stop.signal, graceMs: 50 }), { code: "ETIMEDOUT" });
  await assert.rejects(silent.ask({ signal: stop.signal, graceMs: 50 }), { code: "ETIMEDOUT" }, "before it was asked");
});

test("what is too long, no JSON, or cut off is refused", async () => {
  await using long = await serve((response) => response.end(JSON.stringify("x".repeat(1_000))));
  await assert.rejects(long.ask({ maxBytes: 100 }), { code: "EMSGSIZE" });
  await using text = await serve((response) => response.end("<html>proxy</html>"));
  await assert.rejects(text.ask(), { code: "EBADMSG", message: /no JSON: "<html>/ });
  await using cut = await serve((response) => {
    response.writeHead(200, { "content-length": "100" });
    response.write("{");
    response.socket?.destroy();
  });
  await assert.rejects(cut.ask(), { code: "ECONNRESET" });
});

test("a socket that is not there has the code of the system", async () => {
  await using server = await serve((response) => response.end());
  await assert.rejects(server.ask({ socket: "/nonexistent/socket" }), { code: "ENOENT" });
  await assert.rejects(server.ask({ socket: import.meta.filename }), { code: "ECONNREFUSED" });
});
