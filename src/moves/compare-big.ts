import { createHash } from "node:crypto";
import { closeFd, readFully } from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { BigFileWork, CopiedBig, PackedFrames } from "./big-file.ts";
import { compareStream } from "./compare-stream.ts";
import { onTier } from "./failure.ts";
import type { FrameRoom, PackedFrame } from "./framed.ts";
import { inOrder } from "./in-order.ts";
import { openStored } from "./read-back.ts";

/**
 * Step 4 for a big compressed file: what is wrong with it, or `undefined`. The threads read frames and compare
 * what they decompress to, this thread hashes the stored bytes in order. @throws TierFailure
 */
export async function compareBig(work: BigFileWork, path: RawPath, copied: CopiedBig): Promise<string | undefined> {
  const fd = onTier(() => openStored(work.context.staging, path, work.context.readBack));
  try {
    const { sizeBytes } = onTier(() => statFd(fd));
    if (sizeBytes !== copied.storedBytes) return `${sizeBytes} bytes instead of ${copied.storedBytes}`;
    return await (copied.packed === undefined
      ? compareStream(fd, copied, async () => work.signal.throwIfAborted())
      : compareFrames({ work, fd, copied, packed: copied.packed }));
  } finally {
    closeFd(fd);
  }
}

interface Comparing {
  readonly work: BigFileWork;
  readonly fd: number;
  readonly copied: CopiedBig;
  readonly packed: PackedFrames;
}

async function compareFrames({ work, fd, copied, packed }: Comparing): Promise<string | undefined> {
  const codec = copied.compression === "gzip" ? "gzip" : "zstd";
  const stored = createHash("sha256");
  let offset = 0;
  const compare = async (frame: PackedFrame, room: FrameRoom) => {
    const task = { fd, offset, codec, key: packed.key, room, frame } as const;
    offset += frame.storedBytes;
    const problem = await work.copiers.idlest().ask("compareFrame", task);
    return { problem, bytes: room.packed.subarray(0, frame.storedBytes) };
  };
  for await (const { problem, bytes } of inOrder(packed.frames, work.copiers.frameRooms(), compare)) {
    work.signal.throwIfAborted();
    if (problem !== null) return problem;
    stored.update(bytes);
  }
  const table = Buffer.alloc(copied.storedBytes - offset);
  onTier(() => readFully(fd, table, offset));
  return stored.update(table).digest("hex") === copied.storedSha256 ? undefined : "other bytes than were written";
}
