-- Where a person signed in from.
ALTER TABLE session ADD COLUMN address TEXT;
ALTER TABLE session ADD COLUMN agent TEXT;

-- Second factors. The secret is sealed by the key in `takt.key`; `step` is the last step of time whose code was used.
CREATE TABLE second_factor (
  user       TEXT PRIMARY KEY,
  secret     TEXT NOT NULL,
  confirmed  INTEGER NOT NULL,
  step       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_code (
  user  TEXT NOT NULL,
  hash  BLOB NOT NULL,
  PRIMARY KEY (user, hash)
) STRICT, WITHOUT ROWID;

-- Records that a person is being taken out of: they stand here within that one transaction.
CREATE TABLE erasing (record TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- An audit entry of such a record may lose what the fields were. Which fields were changed, when, by whom and why stays.
DROP TRIGGER audit_is_not_updated;
CREATE TRIGGER audit_is_not_updated BEFORE UPDATE ON audit
WHEN NOT EXISTS (SELECT 1 FROM erasing WHERE record = OLD.record)
  OR (OLD.id, OLD.at, OLD.name, OLD.kind, OLD.record, OLD.version, OLD.actor, OLD.actor_id, OLD.root, OLD.depth)
     IS NOT (NEW.id, NEW.at, NEW.name, NEW.kind, NEW.record, NEW.version, NEW.actor, NEW.actor_id, NEW.root, NEW.depth)
  OR (OLD.run, OLD.cause, OLD.cause_run) IS NOT (NEW.run, NEW.cause, NEW.cause_run)
  OR (SELECT json_group_array(key) FROM json_each(OLD.diff)) <> (SELECT json_group_array(key) FROM json_each(NEW.diff))
BEGIN SELECT RAISE(ABORT, 'audit entries are not changed'); END;

-- Files of records. What is in them stands in the folder `attachments`, named by its SHA-256.
CREATE TABLE attachment (
  id      TEXT PRIMARY KEY,
  kind    TEXT NOT NULL,
  record  TEXT NOT NULL,
  name    TEXT NOT NULL,
  media   TEXT NOT NULL,
  size    INTEGER NOT NULL,
  digest  TEXT NOT NULL,
  at      INTEGER NOT NULL,
  actor      TEXT NOT NULL,
  actor_id   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX attachment_record ON attachment (record, id);
CREATE INDEX attachment_digest ON attachment (digest);
