import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { constants, createZstdCompress } from "node:zlib";
import { readFully } from "../host/posix.ts";
import type { BigFileWork, OpenContent, StagedContent } from "./big-file.ts";
import { writeGently } from "./bursts.ts";
import { onSource, onTier, type Setback } from "./failure.ts";
import { frameBytes } from "./framed.ts";

/** `compress = "zstd-single"`: one zstd frame, for readers that stop after the first; one thread does it all. */
export async function compressSingle(
  source: OpenContent,
  staged: number,
  work: BigFileWork,
): Promise<StagedContent | Setback> {
  const content = createHash("sha256");
  const stored = createHash("sha256");
  let setback: Setback | undefined;
  let storedBytes = 0;
  async function* parts(): AsyncGenerator<Buffer> {
    for (let offset = 0; offset < source.sizeBytes; offset += frameBytes) {
      const part = Buffer.allocUnsafeSlow(Math.min(frameBytes, source.sizeBytes - offset));
      const count = onSource(() => readFully(source.fd, part, offset));
      if (count !== part.length) {
        setback = typeof count === "number" ? { verdict: "changed-while-copying" } : count;
        return;
      }
      content.update(part);
      work.progress(part.length);
      await work.pacer.pace({ read: part.length, written: 0 });
      yield part;
    }
  }
  const params = {
    [constants.ZSTD_c_compressionLevel]: 3,
    [constants.ZSTD_c_checksumFlag]: 1,
  };
  const packed = Readable.from(parts()).pipe(createZstdCompress({ params, pledgedSrcSize: source.sizeBytes }));
  for await (const chunk of packed as AsyncIterable<Buffer>) {
    work.signal.throwIfAborted();
    stored.update(chunk);
    onTier(() => writeGently({ fd: staged, turn: work.context.turn }, chunk, storedBytes));
    storedBytes += chunk.length;
    await work.pacer.pace({ read: 0, written: chunk.length });
  }
  return (
    setback ?? { sha256: content.digest("hex"), storedSha256: stored.digest("hex"), storedBytes, packed: undefined }
  );
}
