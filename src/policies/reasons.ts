interface Reason {
  /** The words on one line of a plan: `1,930 too young`. */
  readonly label: string;
  readonly meaning: string;
}

/** Every reason for leaving something alone (`docs/reference/reasons.md` is generated from this table). */
export const reasons = {
  "too-young": {
    label: "too young",
    meaning:
      "A time stamp that the rule goes by (a move: the modification time; clean: those of `age_by`) is not old enough yet.",
  },
  unsettled: {
    label: "changed lately",
    meaning:
      "It is old enough, but its ctime or birth time is younger than `settled_for`: somebody may still be writing it.",
  },
  "from-the-future": {
    label: "from the future",
    meaning: "A time stamp lies after now, so it has no age. Mend it with `touch`, or the clock.",
  },
  excluded: { label: "excluded", meaning: "The rule's `include` and `exclude` patterns leave it out." },
  "in-use": {
    label: "in use",
    meaning:
      "A process has it open, mapped or locked; for `clean`, reading counts, too. `docker`: a container, another image or a build needs it.",
  },
  "live-socket": {
    label: "live sockets",
    meaning: "A process answers at this socket, in whatever network namespace, or it could not be told that none does.",
  },
  "device-node": { label: "device nodes", meaning: "A device node; nothing that is cleaned may be one." },
  sticky: { label: "sticky", meaning: "A file with the sticky bit: its owner says so that it shall stay." },
  reserved: {
    label: "reserved names",
    meaning:
      "`lost+found`, quota files, tierkeep's own directories and a directory that is a tier, under whatever path, are never cleaned.",
  },
  "other-job": { label: "another job's", meaning: "It lies in a tree that another job owns." },
  "not-empty": {
    label: "not empty",
    meaning: "The directory was to go, and something lay in it when its turn came.",
  },
  "changed-since-plan": {
    label: "changed since the plan",
    meaning: "It is not the very file, or not in the very state, that was planned any more, so it stays.",
  },
  "age-unknown": {
    label: "of unknown age",
    meaning:
      "The file system keeps none of the time stamps that `age_by` names, or Docker does not know when it stopped.",
  },
  running: {
    label: "running",
    meaning: "A container that runs, is paused or restarts; nothing that Docker does not call stopped is touched.",
  },
  protected: {
    label: "protected",
    meaning: "`keep_labels` or `keep_images` names the container or image.",
  },
  "special-file": {
    label: "special files",
    meaning: "A symbolic link, socket, FIFO or device: only regular files move.",
  },
  "open-for-writing": { label: "open for writing", meaning: "A process has it open for writing." },
  "open-unknown": {
    label: "cannot be probed for writers",
    meaning:
      "The kernel would not say whether somebody writes to it, so it stays. Usually missing privilege: run as root.",
  },
  "entry-blocked": {
    label: "blocked sets",
    meaning:
      "Something in the set cannot go with it: a socket, FIFO or device, another file system, a file in use or with hard links outside. The set stays whole; `plan` and `run` name what is in the way.",
  },
  begun: {
    label: "begun",
    meaning:
      "A limit came before the whole set was copied; what is copied of it waits, and the next run goes on with it.",
  },
  "over-cap": {
    label: "over max_move",
    meaning: "`max_move` lets one run move no more; the oldest went first, and this is for the next run.",
  },
  "not-needed": {
    label: "not needed",
    meaning: "Old enough, but `until_below` is reached without it; it goes when room is needed again.",
  },
  "linked-elsewhere": {
    label: "linked elsewhere",
    meaning: "It has hard links that are not in this plan; links move together or not at all.",
  },
  "engine-data": {
    label: "engine data",
    meaning:
      "It belongs to a database, a container engine, journald or the login records; an age rule must not sweep those.",
  },
  "active-log": {
    label: "active logs",
    meaning:
      "Its writer will come back to this name: rotated siblings lie beside it, logrotate lists it, or its owner could not create it again. `active_logs = true` lifts this.",
  },
  immutable: { label: "immutable", meaning: "It has the immutable or append-only attribute (`lsattr`)." },
  "restored-recently": {
    label: "restored lately",
    meaning: "`tierkeep restore` brought it back less than `restore_grace` ago.",
  },
  "other-file-system": {
    label: "on another file system",
    meaning: "A mount below the source; name it as a source of its own if it should move.",
  },
  unreadable: { label: "unreadable", meaning: "It could not be read; the error is in the report." },
  "no-room": {
    label: "no room",
    meaning:
      "The destination has no room for it besides its reserve. The oldest go first: what is younger than a file that has to wait waits with it, even if it is small. Only a file larger than all the room there is holds nobody up.",
  },
  vanished: { label: "vanished", meaning: "It was gone when its turn came; that is harmless." },
  "changed-while-copying": {
    label: "changed while copying",
    meaning: "It changed between the plan and the deed; the source stays as it is.",
  },
  rescued: {
    label: "rescued",
    meaning: "Somebody opened it for writing in the last instant; its content was written back under its own name.",
  },
  "name-taken": {
    label: "name taken",
    meaning:
      "Other content lies at the destination under its name and under the name with its hash; nothing is overwritten.",
  },
  "kept-at-source": {
    label: "kept at the source",
    meaning: "It is stored, and its source changed afterwards or could not be removed: both stay.",
  },
  failed: { label: "failed", meaning: "A system call failed; the error is in the report. The source stays." },
  "tier-unavailable": { label: "tier unavailable", meaning: "The tier went away before its turn came." },
  interrupted: { label: "interrupted", meaning: "A signal stopped the run before its turn came." },
} as const satisfies Record<string, Reason>;

export type ReasonCode = keyof typeof reasons;
