import { closeFd, open, openBeneath, readFully } from "../host/posix.ts";
import type { RawPath } from "../lib/raw-path.ts";

const blockBytes = 2 ** 20;
/** The longest that a line may be; attributes of a file are at most a few hundred KiB. */
const longestLineBytes = 16 * 2 ** 20;

export interface Lines {
  /** Whole lines, without their newlines. */
  readonly lines: readonly string[];
  /** What stands after the last newline of the file, or is too long for a line. */
  readonly isTorn: boolean;
}

/** The lines of a text file on a tier, some at a time, in bounded memory. @throws SystemError */
export function* readLines(root: number, path: RawPath): Generator<Lines> {
  const fd = openBeneath(root, path, open.O_RDONLY | open.O_NOFOLLOW | open.O_NONBLOCK);
  try {
    let rest = Buffer.alloc(0);
    for (let position = 0; ; ) {
      const block = Buffer.allocUnsafeSlow(blockBytes);
      const count = readFully(fd, block, position, path);
      if (count === 0) break;
      position += count;
      const bytes = Buffer.concat([rest, block.subarray(0, count)]);
      const end = bytes.lastIndexOf(newline) + 1;
      rest = bytes.subarray(end);
      const isTooLong = rest.length > longestLineBytes;
      if (isTooLong) rest = Buffer.alloc(0);
      yield { lines: linesOf(bytes.subarray(0, end)), isTorn: isTooLong };
    }
    yield { lines: [], isTorn: rest.length > 0 };
  } finally {
    closeFd(fd);
  }
}

const newline = 0x0a;

function linesOf(bytes: Buffer): readonly string[] {
  if (bytes.length === 0) return [];
  return bytes.toString("utf8", 0, bytes.length - 1).split("\n");
}
