-- Moments are microseconds since 1970. Ids are UUIDv7 in their text form. JSON stands in text columns.

CREATE TABLE record (
  id          TEXT PRIMARY KEY,
  kind        TEXT NOT NULL,
  number      INTEGER,
  version     INTEGER NOT NULL,
  data        TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL,
  deleted_at  INTEGER
) STRICT;

-- What listings filter and sort by. The kind's name stands in every query as a literal, so that these are used.
CREATE INDEX record_kind         ON record (kind, id)         WHERE deleted_at IS NULL;
CREATE INDEX record_created      ON record (kind, created_at, id) WHERE deleted_at IS NULL;
CREATE INDEX record_updated      ON record (kind, updated_at, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX record_number ON record (kind, number)    WHERE number IS NOT NULL;
CREATE INDEX lead_status         ON record (data ->> '$.status', id)      WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX lead_owner          ON record (data ->> '$.owner', id)       WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX lead_phone          ON record (data ->> '$.phone', id)       WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX lead_email          ON record (data ->> '$.email', id)       WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX contact_company     ON record (data ->> '$.company', id)     WHERE kind = 'contact' AND deleted_at IS NULL;
CREATE INDEX contact_owner       ON record (data ->> '$.owner', id)       WHERE kind = 'contact' AND deleted_at IS NULL;
CREATE INDEX contact_name        ON record (data ->> '$.name', id)        WHERE kind = 'contact' AND deleted_at IS NULL;
CREATE INDEX company_name        ON record (data ->> '$.name', id)        WHERE kind = 'company' AND deleted_at IS NULL;
CREATE INDEX deal_stage          ON record (data ->> '$.stage', id)       WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX deal_owner          ON record (data ->> '$.owner', id)       WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX deal_contact        ON record (data ->> '$.contact', id)     WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX deal_company        ON record (data ->> '$.company', id)     WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX deal_lead           ON record (data ->> '$.lead', id)        WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX task_assignee       ON record (data ->> '$.assignee', data ->> '$.status', id) WHERE kind = 'task' AND deleted_at IS NULL;
CREATE INDEX task_about          ON record (data ->> '$.about.id', id)    WHERE kind = 'task' AND deleted_at IS NULL;
CREATE INDEX task_key            ON record (data ->> '$.key', id)         WHERE kind = 'task' AND deleted_at IS NULL;
CREATE INDEX task_due            ON record (data ->> '$.due', id)         WHERE kind = 'task' AND deleted_at IS NULL;
CREATE INDEX notification_to     ON record (data ->> '$.to', id)          WHERE kind = 'notification' AND deleted_at IS NULL;
CREATE INDEX notification_key    ON record (data ->> '$.key', id)         WHERE kind = 'notification' AND deleted_at IS NULL;
CREATE INDEX notification_about  ON record (data ->> '$.about.id', id)    WHERE kind = 'notification' AND deleted_at IS NULL;
CREATE INDEX user_department     ON record (data ->> '$.department', id)  WHERE kind = 'user' AND deleted_at IS NULL;
CREATE INDEX user_role           ON record (data ->> '$.role', id)        WHERE kind = 'user' AND deleted_at IS NULL;

CREATE TABLE record_key (
  kind    TEXT NOT NULL,
  key     TEXT NOT NULL,
  value   TEXT NOT NULL,
  record  TEXT NOT NULL,
  PRIMARY KEY (kind, key, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_key_record ON record_key (record);

-- Numbers given out: `audit`, `delivery`, `catalogue`, and one for each kind that is numbered.
CREATE TABLE counter (
  name   TEXT PRIMARY KEY,
  value  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Who changed what, when and why. Nothing updates or deletes here.
CREATE TABLE audit (
  id         INTEGER PRIMARY KEY,
  at         INTEGER NOT NULL,
  name       TEXT NOT NULL,
  kind       TEXT NOT NULL,
  record     TEXT NOT NULL,
  version    INTEGER NOT NULL,
  actor      TEXT NOT NULL,
  actor_id   TEXT NOT NULL,
  run        TEXT,
  cause      INTEGER,
  cause_run  TEXT,
  root       INTEGER NOT NULL,
  depth      INTEGER NOT NULL,
  diff       TEXT NOT NULL
) STRICT;
CREATE INDEX audit_record ON audit (record, id);
CREATE INDEX audit_run    ON audit (run, id) WHERE run IS NOT NULL;

CREATE TRIGGER audit_is_not_updated BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries are not changed'); END;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit entries are not deleted'); END;

-- An event is an audit entry with the record as it then stood; the record before is told by the entry's diff.
CREATE TABLE event (
  id                 INTEGER PRIMARY KEY,
  number             INTEGER,
  created_at         INTEGER NOT NULL,
  before_updated_at  INTEGER,
  data               TEXT
) STRICT;

-- What is on its way to a plugin. `ready` is set for the head of each lane only; `lease` while a process has it.
CREATE TABLE delivery (
  id           INTEGER PRIMARY KEY,
  plugin       TEXT NOT NULL,
  lane         TEXT NOT NULL,
  event        INTEGER,
  payload      TEXT,
  kind         TEXT,
  record       TEXT,
  cause_run    TEXT,
  root         INTEGER,
  depth        INTEGER NOT NULL,
  attempt      INTEGER NOT NULL DEFAULT 1,
  due_at       INTEGER NOT NULL,
  created_at   INTEGER NOT NULL,
  ready        INTEGER NOT NULL,
  lease        INTEGER
) STRICT;
CREATE INDEX delivery_lane  ON delivery (plugin, lane, id);
CREATE INDEX delivery_ready ON delivery (due_at, id) WHERE ready = 1 AND lease IS NULL;

CREATE TABLE dead_delivery (
  id           INTEGER PRIMARY KEY,
  plugin       TEXT NOT NULL,
  lane         TEXT NOT NULL,
  event        INTEGER,
  payload      TEXT,
  kind         TEXT,
  record       TEXT,
  cause_run    TEXT,
  root         INTEGER,
  depth        INTEGER NOT NULL,
  attempts     INTEGER NOT NULL,
  reason       TEXT NOT NULL,
  at           INTEGER NOT NULL
) STRICT;
CREATE INDEX dead_delivery_plugin ON dead_delivery (plugin, id);

-- Plugins that the loop guard keeps from a record.
CREATE TABLE hold (
  plugin  TEXT NOT NULL,
  kind    TEXT NOT NULL,
  record  TEXT NOT NULL,
  event   INTEGER NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (plugin, record)
) STRICT, WITHOUT ROWID;

CREATE TABLE timer (
  plugin   TEXT NOT NULL,
  key      TEXT NOT NULL,
  due      INTEGER NOT NULL,
  payload  TEXT NOT NULL,
  kind     TEXT,
  record   TEXT,
  run      TEXT,
  root     INTEGER,
  depth    INTEGER NOT NULL,
  PRIMARY KEY (plugin, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX timer_due ON timer (due, plugin, key);

CREATE TABLE schedule_fire (
  plugin    TEXT NOT NULL,
  schedule  TEXT NOT NULL,
  due       INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  PRIMARY KEY (plugin, schedule, due)
) STRICT, WITHOUT ROWID;

-- A key taken away leaves its version behind, so that a run that read it before still sees it moved.
CREATE TABLE state (
  plugin   TEXT NOT NULL,
  key      TEXT NOT NULL,
  version  INTEGER NOT NULL,
  value    TEXT,
  PRIMARY KEY (plugin, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE run (
  id         TEXT PRIMARY KEY,
  plugin     TEXT NOT NULL,
  release    TEXT NOT NULL,
  "trigger"  TEXT NOT NULL,
  name       TEXT NOT NULL,
  kind       TEXT,
  record     TEXT,
  by         TEXT,
  event      INTEGER,
  cause_run  TEXT,
  root       INTEGER,
  depth      INTEGER NOT NULL,
  attempt    INTEGER NOT NULL,
  reruns     INTEGER NOT NULL,
  outcome    TEXT NOT NULL,
  error      TEXT,
  at         INTEGER NOT NULL,
  cost       TEXT NOT NULL,
  log        TEXT,
  effects    TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX run_plugin  ON run (plugin, id);
CREATE INDEX run_record  ON run (record, id)    WHERE record IS NOT NULL;
CREATE INDEX run_event   ON run (event)         WHERE event IS NOT NULL;
CREATE INDEX run_cause   ON run (cause_run, id) WHERE cause_run IS NOT NULL;
CREATE INDEX run_failed  ON run (outcome, id)   WHERE outcome <> 'ok';

CREATE TABLE plugin (
  name          TEXT PRIMARY KEY,
  release       TEXT NOT NULL,
  manifest      TEXT NOT NULL,
  config        TEXT NOT NULL,
  grants        TEXT NOT NULL,
  condition     TEXT,
  enabled       INTEGER NOT NULL,
  generation    INTEGER NOT NULL,
  budgets       TEXT NOT NULL,
  enabled_at    INTEGER,
  installed_at  INTEGER NOT NULL,
  updated_at    INTEGER NOT NULL
) STRICT;

CREATE TABLE "release" (
  digest     TEXT PRIMARY KEY,
  component  BLOB NOT NULL,
  at         INTEGER NOT NULL
) STRICT;

CREATE TABLE session (
  hash        BLOB PRIMARY KEY,
  user        TEXT NOT NULL,
  at          INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_user ON session (user);

CREATE TABLE token (
  id          TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  hash        BLOB NOT NULL UNIQUE,
  scopes      TEXT NOT NULL,
  user        TEXT,
  at          INTEGER NOT NULL,
  expires_at  INTEGER
) STRICT;

CREATE TABLE password (
  user  TEXT PRIMARY KEY,
  hash  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
  actor    TEXT NOT NULL,
  key      TEXT NOT NULL,
  request  TEXT NOT NULL,
  outcome  TEXT NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;

-- What reporting tools read: a view for each kind that people report on.
CREATE VIEW lead AS SELECT id, number, version, created_at, updated_at,
  data ->> '$.title' AS title, data ->> '$.status' AS status, data ->> '$.owner' AS owner, data ->> '$.name' AS name,
  data ->> '$.phone' AS phone, data ->> '$.email' AS email, data ->> '$.source' AS source,
  data ->> '$.amount.minor' AS amount_minor, data ->> '$.amount.currency' AS amount_currency,
  data ->> '$.accepted_at' AS accepted_at, data ->> '$.closed_at' AS closed_at, data ->> '$.deal' AS deal
  FROM record WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE VIEW deal AS SELECT id, number, version, created_at, updated_at,
  data ->> '$.title' AS title, data ->> '$.pipeline' AS pipeline, data ->> '$.stage' AS stage,
  data ->> '$.owner' AS owner, data ->> '$.amount.minor' AS amount_minor,
  data ->> '$.amount.currency' AS amount_currency, data ->> '$.contact' AS contact, data ->> '$.company' AS company,
  data ->> '$.closed_at' AS closed_at
  FROM record WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE VIEW task AS SELECT id, number, version, created_at, updated_at,
  data ->> '$.title' AS title, data ->> '$.status' AS status, data ->> '$.assignee' AS assignee,
  data ->> '$.due' AS due, data ->> '$.closed_at' AS closed_at
  FROM record WHERE kind = 'task' AND deleted_at IS NULL;
