import type { Finding } from "../reports/health.ts";

interface FindingEntry {
  /** `by limit`: a warning or critical, as the tier's `warn` and `critical` say. */
  readonly severity: Finding["severity"] | "by limit";
  readonly meaning: string;
  readonly remedy: string;
}

/** Everything that health can say of a tier. `docs/reference/findings.md` is generated from this table. */
export const findingTable = {
  "filesystem-full": {
    severity: "by limit",
    meaning: "A file system has passed the tier's limit (80 % warning, 90 % critical unless configured).",
    remedy: "Look at `tierkeep plan` for what would move away, and for why the rest stays.",
  },
  "inodes-full": {
    severity: "by limit",
    meaning: "A file system runs out of inodes: no new file can be made, however much room there is.",
    remedy: "Find the directory with the many small files (`du --inodes -x`), and move or clean it.",
  },
  "tier-hung": {
    severity: "critical",
    meaning: "A file system does not answer. Its jobs are skipped; everything else goes on.",
    remedy: "For a NAS look at its export and the network between; for a disk at the kernel's log.",
  },
  "server-down": {
    severity: "critical",
    meaning: "The tier's server does not answer on its port; the mount was not touched.",
    remedy: "Look at the NAS, its name and the network.",
  },
  "tier-not-mounted": {
    severity: "critical",
    meaning: "The tier's path is not a mount point, so what is written there would land on another file system.",
    remedy: "Mount the tier.",
  },
  "tier-unreadable": {
    severity: "critical",
    meaning: "The tier's path answers with an error.",
    remedy: "Look at the kernel's log (`dmesg`); mount it again.",
  },
  "tier-identity": {
    severity: "critical",
    meaning: "What is mounted at the tier's path is not the tier that was adopted.",
    remedy: "Mount the right file system, or `tierkeep tier adopt NAME --moved`.",
  },
  "tier-cloned": {
    severity: "critical",
    meaning: "Two mounted file systems carry the identity of one tier; neither is used.",
    remedy: "Unmount the copy.",
  },
  "wrong-filesystem-type": {
    severity: "critical",
    meaning: "Another type of file system is mounted than the configuration or the adoption says.",
    remedy: "Mount the right one, or correct `filesystem_type`.",
  },
  "not-adopted": {
    severity: "warning",
    meaning: "The tier was never adopted, so tierkeep could not know it again and does not use it.",
    remedy: "`tierkeep tier adopt NAME`",
  },
  "filesystem-missing": {
    severity: "critical",
    meaning: "A configured path of the tier does not exist.",
    remedy: "Mount what holds it, or correct the path.",
  },
  "filesystem-failed": {
    severity: "critical",
    meaning: "A file system answers with an error.",
    remedy: "Look at the kernel's log (`dmesg`); mount it again.",
  },
  "tier-read-only": {
    severity: "critical",
    meaning: "A file system is mounted read-only; after an error the kernel does that by itself.",
    remedy: "Look at the kernel's log; check the file system, then mount it writable.",
  },
  "tier-write-failed": {
    severity: "critical",
    meaning: "A small file could not be written, read back and deleted on the tier, whatever the mount table says.",
    remedy: "Look at the kernel's log, the quota and the export's rights.",
  },
  "clocks-apart": {
    severity: "critical",
    meaning:
      "The time that the tier's server gives to a new file is over 5 minutes off this machine's. One of the two clocks is wrong, so nothing is moved or deleted.",
    remedy: "Set the wrong clock right; let a time server discipline both.",
  },
  "stored-missing": {
    severity: "critical",
    meaning:
      "Stored files are not there, as `verify` found. It stays until they are, or do not count as stored any more.",
    remedy:
      "Look at the tier; put the files back, then `tierkeep verify`. What is gone for good: `tierkeep catalog rebuild` calls it lost.",
  },
  "stored-damaged": {
    severity: "critical",
    meaning:
      "Stored files have other bytes than were stored, or cannot be read, as `verify` found, and nobody wrote them.",
    remedy: "Look at the disk (`dmesg`, `smartctl`). Put good copies in their places, then `tierkeep verify`.",
  },
  "stored-replaced": {
    severity: "critical",
    meaning: "Somebody wrote other content into stored files after they were stored, as `verify` found.",
    remedy: "Find out who (their times tell when). Put the stored content back, then `tierkeep verify`.",
  },
  "catalog-incomplete": {
    severity: "warning",
    meaning:
      "The catalog was made anew while the tier could not be read: what its manifests say is not known, and nothing is deleted.",
    remedy: "Bring the tier back, then `tierkeep catalog rebuild`.",
  },
  "catalog-behind": {
    severity: "warning",
    meaning:
      "The tier's manifests say more than the catalog knows, as on a machine that was rolled back. Nothing is deleted.",
    remedy: "Run `tierkeep catalog rebuild`.",
  },
  "job-refused": {
    severity: "warning",
    meaning: "A guard refused a job at its last run; it stays until the job gets past it. `tier` has the job's name.",
    remedy: "See [the guards](errors.md#guards): what ends each, and which a person can lift.",
  },
  "space-not-freed": {
    severity: "warning",
    meaning:
      "A job that moves by a watermark freed less than half of what it counted on at its last run. `tier` has the job's name.",
    remedy: "Find what holds the room: a snapshot, or processes with removed files open (`lsof +L1`).",
  },
  "quarantine-left": {
    severity: "warning",
    meaning:
      "A clean job that is not configured any more set things aside, and no run ends that. `tier` has the job's name.",
    remedy:
      "`tierkeep restore DIRECTORY` brings everything back; a `[[clean]]` job with that name in `formerly` removes it in time.",
  },
  "lvm-missing-device": {
    severity: "critical",
    meaning: "A physical volume of the tier's volume group is missing.",
    remedy: "Look at `pvs` and the disks; do not reduce the group before the data is safe.",
  },
  "lvm-group-missing": {
    severity: "critical",
    meaning: "LVM does not know the configured volume group, or all of its devices are missing.",
    remedy: "Look at `vgs`; correct `volume_group` if it is the name.",
  },
  "probe-failed": {
    severity: "warning",
    meaning: "A probe ended without an answer, so nothing is known.",
    remedy: "Run `tierkeep health` again; if it stays, report it with the words of the message.",
  },
} as const satisfies Record<string, FindingEntry>;

export type FindingId = keyof typeof findingTable;

/** A finding whose severity the table fixes. */
export function finding(id: FixedFindingId, about: FindingWords): Finding {
  return { id, severity: findingTable[id].severity, ...about };
}

type FixedFindingId = {
  [Id in FindingId]: (typeof findingTable)[Id]["severity"] extends "by limit" ? never : Id;
}[FindingId];

export type FindingWords = Pick<Finding, "tier" | "message" | "hint">;
