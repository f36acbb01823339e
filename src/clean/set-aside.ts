import type { Quarantine, Quarantined } from "../catalog/quarantine.ts";
import type { Removal } from "../catalog/removal-table.ts";
import { inodeIn, modifiedNsIn, sizeBytesIn } from "../host/stat-bytes.ts";
import { pathIn, type RawPath } from "../lib/raw-path.ts";
import type { HeldDirectory, ScratchRoot } from "./open-directory.ts";
import { type OpenQuarantine, openQuarantine } from "./quarantine.ts";

/** Sets aside instead of removing; its folder is made when there is something to put into it. */
export interface SetAside extends Disposable {
  /** Writes down what a batch may set aside; at its end, what it did. */
  readonly begin: (batch: readonly Removal[]) => BatchAside;
}

export interface BatchAside extends Disposable {
  readonly take: (held: HeldDirectory, removal: Removal) => void;
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
      const items = new Map<Removal, Quarantined>();
      for (const removal of batch) {
        last += 1;
        items.set(removal, itemOf(owner, removal, last));
      }
      const stayed = new Set(items.values());
      quarantine.intend([...items.values()]);
      folder ??= openQuarantine(root, owner.run);
      const into = folder;
      return {
        take: (held, removal) => {
          const item = items.get(removal);
          if (item === undefined) throw new Error("only what a batch began with can be set aside");
          into.take({ directory: held.fd, name: removal.name }, item);
          stayed.delete(item);
        },
        [Symbol.dispose]: () => quarantine.settle([...items.values()], stayed),
      };
    },
    [Symbol.dispose]: () => folder?.[Symbol.dispose](),
  };
}

function itemOf({ run, job, path: root, nowMs }: AsideOwner, removal: Removal, seq: number): Quarantined {
  const { directory, name, stat } = removal;
  const seen = { inode: inodeIn(stat), sizeBytes: sizeBytesIn(stat), modifiedNs: modifiedNsIn(stat) };
  return { run, job, seq, root, path: pathIn(directory, name), setAsideAtMs: nowMs, ...seen };
}
