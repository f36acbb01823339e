import { connect } from "node:net";

export interface TcpRequest {
  readonly host: string;
  readonly port: number;
  /** For looking the name up and connecting together. */
  readonly timeoutMs: number;
}

export interface TcpAnswer {
  /** Absent when the server answered, else `ECONNREFUSED`, `ENOTFOUND`, `ETIMEDOUT`, … */
  readonly error: string | undefined;
  readonly latencyMs: number;
}

/** Opens a TCP connection and closes it again; never throws, never takes longer than the limit. */
export function tryConnect(request: TcpRequest): Promise<TcpAnswer> {
  const { promise, resolve } = Promise.withResolvers<TcpAnswer>();
  const started = performance.now();
  const socket = connect({ host: request.host, port: request.port });
  const settle = (error: string | undefined) => {
    clearTimeout(timer);
    socket.destroy();
    resolve({ error, latencyMs: performance.now() - started });
  };
  const timer = setTimeout(() => settle("ETIMEDOUT"), request.timeoutMs);
  socket.once("connect", () => settle(undefined));
  socket.on("error", (error: NodeJS.ErrnoException) => settle(error.code ?? "EIO"));
  return promise;
}
