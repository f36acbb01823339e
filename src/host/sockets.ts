import { bind, lastErrorName, SystemError } from "./native.ts";
import { closeFd } from "./posix.ts";

const libc = {
  socket: bind("int socket(int, int, int)"),
  connect: bind("int connect(int, const void*, unsigned int)"),
};

const unixFamily = 1;
const datagram = 2;
const nonBlocking = 0o4000;
const closeOnExec = 0o2000000;

/**
 * Whether a process has the socket bound that this descriptor (`O_PATH`) stands for; when that cannot be told, it counts
 * as alive. The kernel looks the socket up by its inode over all network namespaces, unlike /proc/net/unix, and answers
 * a datagram socket that nobody is told of: `EPROTOTYPE` for a stream, success for a datagram socket, `ECONNREFUSED`
 * only where no socket is bound (unix_find_bsd in net/unix/af_unix.c; HAZARDS D3).
 */
export function isSocketAlive(fd: number): boolean {
  const probe = libc.socket(unixFamily, datagram | nonBlocking | closeOnExec, 0);
  if (probe === -1) throw new SystemError(lastErrorName(), "socket", "");
  try {
    const address = addressOf(`/proc/self/fd/${fd}`);
    return libc.connect(probe, address, address.length) === 0 || lastErrorName() !== "ECONNREFUSED";
  } finally {
    closeFd(probe);
  }
}

/** `struct sockaddr_un`. */
function addressOf(path: string): Buffer {
  const address = Buffer.alloc(2 + path.length + 1);
  address.writeUInt16LE(unixFamily, 0);
  address.write(path, 2, "latin1");
  return address;
}
