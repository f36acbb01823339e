import { createHash } from "node:crypto";
import type { StoredContent } from "./read-back.ts";
import { readContent } from "./stored-content.ts";

/** What a stream is compared with: its content's size is not asked for. */
export type StreamedContent = Omit<StoredContent, "sizeBytes" | "storedBytes">;

/**
 * What is wrong with a stored file of any size, in bounded memory, or `undefined`; `pace` is told of the bytes read
 * and may make it wait. Its size is compared before. @throws SystemError for what the tier refuses
 */
export async function compareStream(
  fd: number,
  expected: StreamedContent,
  pace: (bytes: number) => Promise<void>,
): Promise<string | undefined> {
  const stored = createHash("sha256");
  const content = createHash("sha256");
  const isPacked = expected.compression !== "none";
  let read = 0;
  const onStored = (bytes: Buffer) => {
    stored.update(bytes);
    read += bytes.length;
  };
  const { bytes, problem } = readContent(fd, expected, onStored);
  for await (const chunk of bytes) {
    if (isPacked) content.update(chunk);
    const since = read;
    read = 0;
    await pace(since);
  }
  await pace(read);
  if (problem() !== undefined) return problem();
  if (stored.digest("hex") !== expected.storedSha256) return "other bytes than were written";
  return !isPacked || content.digest("hex") === expected.sha256 ? undefined : "decompresses to other content";
}
