import { parseFacts } from "../catalog/facts.ts";
import type { SetPart } from "../catalog/set-parts.ts";
import { makeLinkAt, setLinkOwner, setLinkTimes } from "../host/links.ts";
import { closeFd, makeDirectory, syncFile } from "../host/posix.ts";
import { hasCode } from "../lib/errors.ts";
import { baseName, parentOf, type RawPath } from "../lib/raw-path.ts";
import { applyFacts } from "../moves/metadata.ts";
import { openDirectory } from "./directory.ts";
import { taken } from "./restore-file.ts";

/** Makes a directory of a set where it is missing, for us alone until all is in it. True when this call made it. @throws SystemError */
export function makeMissingDirectory(target: RawPath): boolean {
  const parent = openDirectory(parentOf(target));
  try {
    makeDirectory(parent, baseName(target), 0o700);
    return true;
  } catch (error) {
    // What is there already stays as it is.
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    closeFd(parent);
  }
}

/** Gives a directory that this restore made all that it had, when nothing more is put into it. @throws SystemError */
export function finishDirectory(part: SetPart, target: RawPath): void {
  const fd = openDirectory(target);
  try {
    applyFacts(fd, parseFacts(part.facts), part.modifiedNs);
    syncFile(fd, target);
  } finally {
    closeFd(fd);
  }
}

/** Makes a symbolic link of a set, never over anything. @throws OperatorError TARGET_EXISTS; SystemError */
export function restoreLink(part: SetPart, target: RawPath): void {
  const directory = openDirectory(parentOf(target));
  const place = { directory, name: baseName(target) };
  try {
    makeLinkAt(place, part.target ?? ("" as RawPath));
    const { uid, gid, accessedNs } = parseFacts(part.facts);
    setLinkOwner(place, { uid, gid });
    setLinkTimes(place, BigInt(accessedNs), part.modifiedNs);
  } catch (error) {
    if (hasCode(error, "EEXIST")) throw taken(target);
    if (!hasCode(error, "EPERM", "EOPNOTSUPP", "EINVAL")) throw error;
  } finally {
    closeFd(directory);
  }
}
