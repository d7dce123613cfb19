-- Where events are sent to outside. The secrets sign what is sent: the host must have them as they are.
CREATE TABLE webhook (
  id               TEXT PRIMARY KEY,
  url              TEXT NOT NULL,
  events           TEXT NOT NULL,
  condition        TEXT,
  active           INTEGER NOT NULL,
  secret           TEXT NOT NULL,
  previous_secret  TEXT,
  previous_until   INTEGER,
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL
) STRICT;

-- What leaves the host: written with what causes it, sent after the commit. `lease` while a process sends it.
CREATE TABLE outbox (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook     TEXT NOT NULL,
  event       INTEGER NOT NULL,
  state       TEXT NOT NULL DEFAULT 'queued',
  attempt     INTEGER NOT NULL DEFAULT 1,
  due_at      INTEGER NOT NULL,
  lease       INTEGER,
  error       TEXT,
  created_at  INTEGER NOT NULL,
  ended_at    INTEGER
) STRICT;
CREATE INDEX outbox_due     ON outbox (due_at, id) WHERE state = 'queued' AND lease IS NULL;
CREATE INDEX outbox_leased  ON outbox (webhook)    WHERE lease IS NOT NULL;
CREATE INDEX outbox_webhook ON outbox (webhook, id);
