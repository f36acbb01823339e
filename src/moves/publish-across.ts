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
  writeFully,
} from "../host/posix.ts";
import type { RawPath } from "../lib/raw-path.ts";
import type { CopierContext } from "./copier-context.ts";
import { frameBytes } from "./framed.ts";
import { applyFacts } from "./metadata.ts";
import { type PieceFile, stagedName } from "./piece.ts";
import { contentOf } from "./prove-piece.ts";
import { compareStored } from "./read-back.ts";

/**
 * Publishes into a part of the tier that renames cannot reach (a btrfs subvolume, a project quota: `EXDEV`): the staged
 * bytes are copied into a file without a name in the very directory, proved once more, and given their name. Nothing is
 * left of it when it dies half-way. Returns what differs, or `undefined`. @throws SystemError EEXIST
 */
export function publishAcross(context: CopierContext, file: PieceFile, to: NamePlace): string | undefined {
  const unnamed = openBeneath(to.directory, "." as RawPath, open.O_TMPFILE | open.O_RDWR, 0o600);
  try {
    copyStaged(context, file, unnamed);
    if (file.copied !== undefined) applyFacts(unnamed, parseFacts(file.copied.facts), file.task.identity.modifiedNs);
    syncFile(unnamed, to.name);
    if (context.readBack === "device") dropCache(unnamed);
    const problem = compareStored(unnamed, contentOf(file.task, file.copied));
    if (problem === undefined) linkUnnamedFile(unnamed, to);
    return problem;
  } finally {
    closeFd(unnamed);
  }
}

function copyStaged(context: CopierContext, file: PieceFile, to: number): void {
  const staged = openBeneath(context.staging, stagedName(file.task.seq), open.O_RDONLY | open.O_NOFOLLOW);
  try {
    const buffer = Buffer.allocUnsafe(frameBytes);
    for (let position = 0; ; ) {
      const count = readFully(staged, buffer, position);
      if (count === 0) return;
      writeFully(to, buffer.subarray(0, count), position);
      position += count;
    }
  } finally {
    closeFd(staged);
  }
}
