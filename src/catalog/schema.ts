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

  -- The operations first to last of a run and job go through the protocol together; batch is their number in this
  -- catalog alone. The row stays, since every copy of the batch shares its facts.
  CREATE TABLE batches (
    batch INTEGER PRIMARY KEY, run TEXT NOT NULL, job TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    state TEXT NOT NULL, tier TEXT NOT NULL, root BLOB NOT NULL, host TEXT, published_at INTEGER, finished_at INTEGER,
    of_set INTEGER, UNIQUE (run, job, first)
  ) STRICT;

  -- A directory that goes whole: of_set of the batches with its files is its number in the run and job. What of it is no
  -- file, its directories and links, has rows of its own, which stay.
  CREATE TABLE sets (
    run TEXT NOT NULL, job TEXT NOT NULL, seq INTEGER NOT NULL, entry BLOB NOT NULL, state TEXT NOT NULL,
    tier TEXT NOT NULL, root BLOB NOT NULL, tree BLOB NOT NULL, stored_as BLOB NOT NULL,
    PRIMARY KEY (run, job, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE parts (
    path BLOB NOT NULL, modified_ns INTEGER NOT NULL, tier TEXT NOT NULL, stored_as BLOB NOT NULL,
    run TEXT NOT NULL, job TEXT NOT NULL, of_set INTEGER NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL,
    target BLOB, facts TEXT NOT NULL, state TEXT NOT NULL, inode INTEGER NOT NULL,
    PRIMARY KEY (path, modified_ns DESC, tier, stored_as)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX parts_of_set ON parts (run, job, of_set, path);

  CREATE TABLE operations (
    batch INTEGER NOT NULL, seq INTEGER NOT NULL, path BLOB NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL, modified_ns INTEGER NOT NULL, changed_ns INTEGER NOT NULL,
    links INTEGER NOT NULL, link_group INTEGER,
    PRIMARY KEY (batch, seq)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE copies (
    batch INTEGER NOT NULL, seq INTEGER NOT NULL, path BLOB NOT NULL, modified_ns INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL, link_group INTEGER, stored_as BLOB NOT NULL, stored_bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL, stored_sha256 TEXT NOT NULL, compression TEXT NOT NULL, facts TEXT NOT NULL,
    PRIMARY KEY (batch, seq)
  ) STRICT, WITHOUT ROWID;

  -- In the order in which they are asked for; the key is what makes a version another one.
  CREATE TABLE placements (
    path BLOB NOT NULL, modified_ns INTEGER NOT NULL, tier TEXT NOT NULL, stored_as BLOB NOT NULL,
    batch INTEGER NOT NULL, seq INTEGER NOT NULL, state TEXT NOT NULL, verified_at INTEGER NOT NULL,
    PRIMARY KEY (path, modified_ns DESC, tier, stored_as)
  ) STRICT, WITHOUT ROWID;

  -- What restore brought back, so that tonight's run leaves it alone; and what it is bringing back, under which name
  -- beside its target, before that is made.
  CREATE TABLE restored (path BLOB PRIMARY KEY, restored_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE restore_staging (
    target BLOB NOT NULL, name BLOB NOT NULL, begun_at INTEGER NOT NULL, PRIMARY KEY (target, name)
  ) STRICT, WITHOUT ROWID;

  -- Tiers whose manifests say more than this catalog may know, and since when.
  CREATE TABLE lacking_tiers (
    tier TEXT PRIMARY KEY, lack TEXT NOT NULL CHECK (lack IN ('unread', 'behind')), since INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;

  -- What is wrong with a stored version, as it was last read back; gone once it is mended.
  CREATE TABLE flaws (
    path BLOB NOT NULL, modified_ns INTEGER NOT NULL, tier TEXT NOT NULL, stored_as BLOB NOT NULL,
    kind TEXT NOT NULL, message TEXT NOT NULL, found_at INTEGER NOT NULL,
    PRIMARY KEY (path, modified_ns, tier, stored_as)
  ) STRICT, WITHOUT ROWID;

  -- When a run first saw that nothing uses an image of Docker's.
  CREATE TABLE docker_unused_images (image TEXT PRIMARY KEY, first_seen INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  -- What a clean job set aside, or was about to; and the rule of each that was once applied whole.
  CREATE TABLE quarantine (
    run TEXT NOT NULL, job TEXT NOT NULL, seq INTEGER NOT NULL, root BLOB NOT NULL, path BLOB NOT NULL, state TEXT NOT NULL,
    set_aside_at INTEGER NOT NULL, inode INTEGER NOT NULL, size_bytes INTEGER NOT NULL, modified_ns INTEGER NOT NULL,
    is_directory INTEGER NOT NULL, PRIMARY KEY (run, job, seq)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE whole_runs (job TEXT PRIMARY KEY, rule TEXT NOT NULL) STRICT;
  `,
];
