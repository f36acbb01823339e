import type { Quarantine, Quarantined } from "../catalog/quarantine.ts";
import type { DirectoryRemoval, Removal } from "../catalog/removal-table.ts";
import { inodeIn, modifiedNsIn, sizeBytesIn } from "../host/stat-bytes.ts";
import { baseName, pathIn, type RawPath } from "../lib/raw-path.ts";
import type { HeldDirectory, ScratchRoot } from "./open-directory.ts";
import { type OpenQuarantine, openQuarantine } from "./quarantine.ts";

/** Sets aside instead of removing; its folder is made when there is something to put into it. */
export interface SetAside extends Disposable {
  /** Writes down what a batch may set aside; at its end, what it did. */
  readonly begin: (batch: readonly Going[]) => BatchAside;
}

type Going = Removal | DirectoryRemoval;

export interface BatchAside extends Disposable {
  readonly take: (held: HeldDirectory, removal: Removal) => void;
  /** A directory that is open, from the one above it; false when it stays, as something that cannot be set aside. */
  readonly takeDirectory: (above: HeldDirectory, removal: DirectoryRemoval, fd: number) => boolean;
}

export interface AsideOwner {
  readonly run: string;
  readonly job: string;
  /** The scratch directory, resolved. */
  readonly path: RawPath;
  readonly nowMs: number;
}

export function openSetAside(owner: AsideOwner, root: ScratchRoot, quarantine: Quarantine): SetAside {
  let folder: OpenQuarantine | undefined;
  let last = quarantine.lastSeqOf(owner.run, owner.job);
  return {
    begin: (batch) => {
      const items = new Map<Going, Quarantined>();
      for (const removal of batch) {
        last += 1;
        items.set(removal, itemOf(owner, removal, last));
      }
      const stayed = new Set(items.values());
      quarantine.intend([...items.values()]);
      // On a full disk that fails for each thing by itself, and what lay aside for long enough goes all the same.
      const into = () => {
        folder ??= openQuarantine(root, owner.run);
        return folder;
      };
      const itemFor = (removal: Going) => {
        const item = items.get(removal);
        if (item === undefined) throw new Error("only what a batch began with can be set aside");
        return item;
      };
      return {
        take: (held, removal) => {
          const item = itemFor(removal);
          into().take({ directory: held.fd, name: removal.name }, item);
          stayed.delete(item);
        },
        takeDirectory: (above, removal, fd) => {
          const item = itemFor(removal);
          if (!into().takeDirectory({ directory: above.fd, name: baseName(removal.path) }, item, fd)) return false;
          return stayed.delete(item);
        },
        [Symbol.dispose]: () => quarantine.settle([...items.values()], stayed),
      };
    },
    [Symbol.dispose]: () => folder?.[Symbol.dispose](),
  };
}

function itemOf({ run, job, path: root, nowMs }: AsideOwner, removal: Going, seq: number): Quarantined {
  const { stat } = removal;
  const isDirectory = "path" in removal;
  const path = isDirectory ? removal.path : pathIn(removal.directory, removal.name);
  // What a directory counts as its size goes with what was in it.
  const sizeBytes = isDirectory ? 0 : sizeBytesIn(stat);
  const seen = { inode: inodeIn(stat), sizeBytes, modifiedNs: modifiedNsIn(stat) };
  return { run, job, seq, root, path, setAsideAtMs: nowMs, ...seen, isDirectory };
}
