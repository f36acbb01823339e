import { parseFacts } from "../catalog/facts.ts";
import {
  closeFd,
  dropCache,
  linkUnnamedFile,
  type NamePlace,
  open,
  openBeneath,
  readFully,
  syncFile,
  truncateFile,
} from "../host/posix.ts";
import { statFd } from "../host/stat.ts";
import type { RawPath } from "../lib/raw-path.ts";
import { type StoredFile, writeGently } from "./bursts.ts";
import type { CopierContext } from "./copier-context.ts";
import type { Setback } from "./failure.ts";
import { frameBytes } from "./framed.ts";
import { findHoles, writeAround } from "./holes.ts";
import { applyFacts } from "./metadata.ts";
import { type PieceFile, stagedName } from "./piece.ts";
import { contentOf, readBackSetback } from "./prove-piece.ts";
import { compareStored } from "./read-back.ts";

/**
 * Publishes into a part of the tier that renames cannot reach (a btrfs subvolume, a project quota: `EXDEV`): the staged
 * bytes are copied into a file without a name in the very directory, proved once more, and given their name. Nothing is
 * left of it when it dies half-way. @throws SystemError EEXIST
 */
export function publishAcross(context: CopierContext, file: PieceFile, to: NamePlace): Setback | undefined {
  const unnamed = openBeneath(to.directory, "." as RawPath, open.O_TMPFILE | open.O_RDWR, 0o600);
  try {
    copyStaged(context, file, { fd: unnamed, turn: context.turn });
    if (file.copied !== undefined) applyFacts(unnamed, parseFacts(file.copied.facts), file.task.identity.modifiedNs);
    syncFile(unnamed, to.name);
    if (context.readBack === "device") dropCache(unnamed);
    const problem = compareStored({ fd: unnamed, turn: context.turn }, contentOf(file.task, file.copied));
    if (problem !== undefined) return readBackSetback(problem);
    linkUnnamedFile(unnamed, to);
    return undefined;
  } finally {
    closeFd(unnamed);
  }
}

function copyStaged(context: CopierContext, file: PieceFile, to: StoredFile): void {
  const staged = openBeneath(context.staging, stagedName(file.task.seq), open.O_RDONLY | open.O_NOFOLLOW);
  try {
    const stat = statFd(staged);
    const holes = findHoles(staged, stat);
    const buffer = Buffer.allocUnsafe(frameBytes);
    for (let position = 0; position < stat.sizeBytes; ) {
      const count = readFully(staged, buffer, position);
      if (count === 0) return;
      writeAround(holes, buffer.subarray(0, count), { position, write: (part, at) => writeGently(to, part, at) });
      position += count;
    }
    truncateFile(to.fd, stat.sizeBytes);
  } finally {
    closeFd(staged);
  }
}
