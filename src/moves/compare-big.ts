import { createHash } from "node:crypto";
import { closeFd, readFully } from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { BigFileWork, CopiedBig } from "./big-file.ts";
import { onTier } from "./failure.ts";
import type { FrameRoom } from "./framed.ts";
import { inOrder } from "./in-order.ts";
import { openStored } from "./read-back.ts";
import { readContent } from "./stored-content.ts";

/**
 * Step 4 for a big compressed file: what is wrong with it, or `undefined`. The threads read and decompress frames,
 * this thread hashes them in order. @throws TierFailure
 */
export async function compareBig(work: BigFileWork, path: RawPath, copied: CopiedBig): Promise<string | undefined> {
  const fd = onTier(() => openStored(work.context.staging, path, work.context.readBack));
  try {
    const { sizeBytes } = onTier(() => statFd(fd));
    if (sizeBytes !== copied.storedBytes) return `${sizeBytes} bytes instead of ${copied.storedBytes}`;
    return await (copied.frames.length === 0 ? compareStream(fd, copied) : compareFrames(work, fd, copied));
  } finally {
    closeFd(fd);
  }
}

async function compareFrames(work: BigFileWork, fd: number, copied: CopiedBig): Promise<string | undefined> {
  const codec = copied.compression === "gzip" ? "gzip" : "zstd";
  const content = createHash("sha256");
  const stored = createHash("sha256");
  let offset = 0;
  const located = copied.frames.map((frame) => {
    const task = { fd, offset, length: frame.storedBytes, rawBytes: frame.rawBytes, codec } as const;
    offset += frame.storedBytes;
    return task;
  });
  const decompress = async (task: (typeof located)[number], room: FrameRoom) => ({
    isRight: await work.copiers.idlest().ask("decompress", { ...task, room }),
    raw: room.raw.subarray(0, task.rawBytes),
    packed: room.packed.subarray(0, task.length),
  });
  for await (const frame of inOrder(located, work.copiers.frameRooms(), decompress)) {
    work.signal.throwIfAborted();
    if (!frame.isRight) return "does not decompress";
    stored.update(frame.packed);
    content.update(frame.raw);
  }
  const table = Buffer.alloc(copied.storedBytes - offset);
  onTier(() => readFully(fd, table, offset));
  if (stored.update(table).digest("hex") !== copied.storedSha256) return "other bytes than were written";
  return content.digest("hex") === copied.sha256 ? undefined : "decompresses to other content";
}

async function compareStream(fd: number, copied: CopiedBig): Promise<string | undefined> {
  const content = createHash("sha256");
  const stored = createHash("sha256");
  const { bytes, problem } = readContent(fd, copied, (chunk) => stored.update(chunk));
  for await (const chunk of bytes) content.update(chunk);
  if (problem() !== undefined) return problem();
  if (stored.digest("hex") !== copied.storedSha256) return "other bytes than were written";
  return content.digest("hex") === copied.sha256 ? undefined : "decompresses to other content";
}
