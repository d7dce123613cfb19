-- A release that runs beside the one in use: which, and what came of it, run by run.
ALTER TABLE plugin ADD COLUMN shadow TEXT;

CREATE TABLE shadow_trial (
  id              TEXT PRIMARY KEY,
  plugin          TEXT NOT NULL,
  verdict         TEXT NOT NULL,
  event           INTEGER,
  "trigger"       TEXT NOT NULL,
  name            TEXT NOT NULL,
  kind            TEXT,
  record          TEXT,
  at              INTEGER NOT NULL,
  recorded        TEXT,
  outcome         TEXT,
  error           TEXT,
  missing         TEXT,
  added           TEXT,
  recorded_fuel   INTEGER NOT NULL,
  fuel            INTEGER NOT NULL,
  recorded_micros INTEGER NOT NULL,
  micros          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX shadow_trial_plugin ON shadow_trial (plugin, verdict, id);
