-- The tables of the embedded TaskManager. Times are whole milliseconds since 1970, UTC.

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row: the number of the latest change. Every change of a task takes the next number.
CREATE TABLE sequence (
  value INTEGER NOT NULL
) STRICT;
INSERT INTO sequence VALUES (0);

CREATE TABLE task_types (
  id           INTEGER PRIMARY KEY,
  name         TEXT NOT NULL UNIQUE,
  version      TEXT NOT NULL,
  param_schema TEXT NOT NULL,
  is_active    INTEGER NOT NULL DEFAULT 1,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  usage_count  INTEGER NOT NULL DEFAULT 0,
  last_used_at INTEGER
) STRICT;

-- What a type became at each registration that made it another, the newest ones; numbers count up for each type.
-- used_before is how many tasks of the type had been created until then, NULL where that is not known.
CREATE TABLE task_type_versions (
  type_id       INTEGER NOT NULL REFERENCES task_types (id),
  number        INTEGER NOT NULL,
  version       TEXT NOT NULL,
  param_schema  TEXT NOT NULL,
  is_active     INTEGER NOT NULL,
  registered_at INTEGER NOT NULL,
  used_before   INTEGER,
  PRIMARY KEY (type_id, number)
) STRICT;

-- claimable is 1 for a pending task and for a claimed one whose claim is known to be too old: so both
-- compete in one exact order, found by one seek. created_at never decreases with the id. heard_at is the last sign of
-- life of the owner (its claim, progress or heartbeat): from there the claim timeout runs.
-- retry_at is set while a pending task must not be claimed yet, and only then: such a task is not claimable. deferrals
-- counts the attempts that ended so; they do not count against the limit.
CREATE TABLE tasks (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  type_id       INTEGER NOT NULL REFERENCES task_types (id),
  status        TEXT NOT NULL CHECK (status IN ('pending', 'claimed', 'completed', 'failed')),
  claimable     INTEGER NOT NULL,
  cancelled     INTEGER NOT NULL DEFAULT 0,
  seq           INTEGER NOT NULL,
  priority      INTEGER NOT NULL,
  progress      INTEGER NOT NULL DEFAULT 0,
  attempts      INTEGER NOT NULL DEFAULT 0,
  claimed_by    TEXT,
  claimed_at    INTEGER,
  heard_at      INTEGER,
  completed_at  INTEGER,
  created_at    INTEGER NOT NULL,
  dedupe_key    TEXT NOT NULL UNIQUE,
  error_message TEXT,
  params        TEXT NOT NULL,
  result        TEXT,
  retry_at      INTEGER,
  deferrals     INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX tasks_by_change ON tasks (seq);
CREATE INDEX tasks_by_cell ON tasks (type_id, status, id);
CREATE INDEX claimable_by_id ON tasks (type_id, id) WHERE claimable = 1;
CREATE INDEX claimable_by_priority ON tasks (type_id, priority DESC, id) WHERE claimable = 1;
CREATE INDEX claimable_by_attempts ON tasks (type_id, attempts, id) WHERE claimable = 1;
CREATE INDEX claimed_by_age ON tasks (heard_at) WHERE status = 'claimed' AND claimable = 0;
CREATE INDEX deferred ON tasks (retry_at) WHERE retry_at IS NOT NULL;

CREATE TABLE history (
  task_id  INTEGER NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
  seq      INTEGER NOT NULL,
  at       INTEGER NOT NULL,
  event    TEXT NOT NULL,
  worker   TEXT,
  attempts INTEGER NOT NULL,
  message  TEXT,
  PRIMARY KEY (task_id, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE tombstones (
  seq     INTEGER PRIMARY KEY,
  task_id INTEGER NOT NULL
) STRICT;

-- How many tasks are in each (type, status): totals are read here, rows are never counted.
CREATE TABLE counters (
  type_id INTEGER NOT NULL REFERENCES task_types (id),
  status  TEXT NOT NULL,
  amount  INTEGER NOT NULL,
  PRIMARY KEY (type_id, status)
) STRICT, WITHOUT ROWID;

CREATE TABLE per_minute (
  minute INTEGER NOT NULL,
  event  TEXT NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (minute, event)
) STRICT, WITHOUT ROWID;

CREATE TABLE workers (
  id            TEXT PRIMARY KEY,
  host          TEXT,
  pid           INTEGER,
  state         TEXT,
  strategy      TEXT,
  task_ids      TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL,
  last_seen_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
