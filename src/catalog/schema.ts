/** The catalog's tables; each number migrates from the one before it. docs/design/catalog.md explains them. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE pins (tier TEXT PRIMARY KEY, pin TEXT NOT NULL) STRICT;

  CREATE TABLE approvals (
    job TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, rule TEXT NOT NULL,
    approved_at INTEGER NOT NULL, approved_by TEXT NOT NULL
  ) STRICT;

  -- A guard that a person lifted for one run of a job; and the clocks as of the last run that trusted them.
  CREATE TABLE guard_lifts (
    job TEXT NOT NULL, guard TEXT NOT NULL, lifted_at INTEGER NOT NULL, lifted_by TEXT NOT NULL,
    PRIMARY KEY (job, guard)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE clock (
    only INTEGER PRIMARY KEY CHECK (only = 1), wall_ms REAL NOT NULL, boot_id TEXT NOT NULL, boot_ms REAL NOT NULL
  ) STRICT;

  CREATE TABLE runs (
    run TEXT PRIMARY KEY, started_at INTEGER NOT NULL, finished_at INTEGER, status TEXT, report TEXT
  ) STRICT;

  -- A staging folder on a tier is written down before it is made: all below it is ours.
  CREATE TABLE staging (
    run TEXT NOT NULL, job TEXT NOT NULL, tier TEXT NOT NULL, tier_uuid TEXT NOT NULL,
    PRIMARY KEY (run, job)
  ) STRICT;

  -- How far the operations first to last of a run and job have come.
  CREATE TABLE batches (
    run TEXT NOT NULL, job TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, state TEXT NOT NULL,
    tier TEXT NOT NULL, root BLOB NOT NULL, finished_at INTEGER,
    PRIMARY KEY (run, job, first)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE operations (
    run TEXT NOT NULL, job TEXT NOT NULL, seq INTEGER NOT NULL, path BLOB NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL, modified_ns INTEGER NOT NULL, changed_ns INTEGER NOT NULL,
    links INTEGER NOT NULL, link_group INTEGER,
    stored_as BLOB, stored_bytes INTEGER, sha256 TEXT, stored_sha256 TEXT, compression TEXT, facts TEXT,
    PRIMARY KEY (run, job, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE placements (
    id TEXT PRIMARY KEY, host TEXT NOT NULL, job TEXT NOT NULL, tier TEXT NOT NULL, path BLOB NOT NULL,
    stored_as BLOB NOT NULL, state TEXT NOT NULL, moved_at INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL, stored_bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, stored_sha256 TEXT NOT NULL,
    compression TEXT NOT NULL, facts TEXT NOT NULL, link_group TEXT, verified_at INTEGER NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX placements_version ON placements (path, modified_ns, tier, stored_as);

  -- What restore brought back, so that tonight's run leaves it alone; and what it stages, before it is made.
  CREATE TABLE restored (path BLOB PRIMARY KEY, restored_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE restore_staging (directory BLOB NOT NULL, name BLOB NOT NULL, PRIMARY KEY (directory, name)) STRICT;

  -- When a run first saw that nothing uses an image of Docker's.
  CREATE TABLE docker_unused_images (image TEXT PRIMARY KEY, first_seen INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  -- What a clean job set aside, or was about to; and the rule of each that was once applied whole.
  CREATE TABLE quarantine (
    run TEXT NOT NULL, job TEXT NOT NULL, seq INTEGER NOT NULL, root BLOB NOT NULL, path BLOB NOT NULL, state TEXT NOT NULL,
    set_aside_at INTEGER NOT NULL, inode INTEGER NOT NULL, size_bytes INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
    PRIMARY KEY (run, job, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE whole_runs (job TEXT PRIMARY KEY, rule TEXT NOT NULL) STRICT;
  `,
];
