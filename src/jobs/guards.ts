interface GuardEntry {
  /** When it refuses a whole job. */
  readonly refuses: string;
  /** What ends it; of one that a person can lift, besides lifting it. */
  readonly mendedBy: string;
  /** `tierkeep approve JOB --guard ID` lifts it for one run. */
  readonly canBeLifted: boolean;
}

/** Every condition under which a whole job refuses (`docs/reference/errors.md` is generated from this table). */
export const guards = {
  clock: {
    refuses: "the clock jumped since the last run, or the server of a network tier contradicts it by over 5 minutes",
    mendedBy: "setting the clock right; a time server that disciplines it",
    canBeLifted: true,
  },
  cap: {
    refuses: "the plan would delete more than `max_delete` lets one run delete",
    mendedBy: "raising `max_delete`, and approving the job again",
    canBeLifted: true,
  },
  "space-not-freed": {
    refuses: "the last run freed less than half of the room that it counted on, so deleting more may free nothing",
    mendedBy: "finding what holds the room: a snapshot, or processes with removed files open (`lsof +L1`)",
    canBeLifted: true,
  },
  "same-tree": {
    refuses: "source and destination are the same tree, or one lies in the other, bind mounts included",
    mendedBy: "naming a source apart from the tier",
    canBeLifted: false,
  },
  "engine-data": {
    refuses: "the source lies in the files of a database or a container engine",
    mendedBy: "letting the engine write its logs elsewhere",
    canBeLifted: false,
  },
  "refused-path": {
    refuses: "what `path` means is no scratch directory: a root, a home, a tier or the system's own",
    mendedBy: "naming a directory that holds nothing but scratch",
    canBeLifted: false,
  },
  "quarantine-taken": {
    refuses: "something that tierkeep did not make lies where what is cleaned would be set aside",
    mendedBy: "looking at it, and moving it away",
    canBeLifted: false,
  },
  "hidden-mount": {
    refuses: "systemd started the run with another mount over the source or the tier than the machine has",
    mendedBy: "taking PrivateTmp=, ProtectHome= and the like off the unit",
    canBeLifted: false,
  },
  "source-read-only": {
    refuses: "the source is mounted read-only",
    mendedBy: "mounting it writable",
    canBeLifted: false,
  },
  "source-changed": {
    refuses: "the source is on another file system or mount point than when the job was approved",
    mendedBy: "mounting what belongs there, or approving the job again",
    canBeLifted: false,
  },
  "catalog-behind": {
    refuses: "the catalog is older than this host's newest manifest, as on a machine that was rolled back",
    mendedBy: "rebuilding the catalog",
    canBeLifted: false,
  },
  "catalog-incomplete": {
    refuses: "the catalog was rebuilt while a tier was missing, so holds and removals may be unknown",
    mendedBy: "bringing the tier back, then rebuilding the catalog",
    canBeLifted: false,
  },
} as const satisfies Record<string, GuardEntry>;

export type GuardId = keyof typeof guards;

export function isGuard(id: string): id is GuardId {
  return Object.hasOwn(guards, id);
}
