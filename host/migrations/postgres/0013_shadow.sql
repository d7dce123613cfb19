-- A release that runs beside the one in use: which, and what came of it, run by run.
ALTER TABLE plugin ADD COLUMN shadow TEXT COLLATE "C";

CREATE TABLE shadow_trial (
  id              TEXT COLLATE "C" PRIMARY KEY,
  plugin          TEXT COLLATE "C" NOT NULL,
  verdict         TEXT COLLATE "C" NOT NULL,
  event           BIGINT,
  "trigger"       TEXT COLLATE "C" NOT NULL,
  name            TEXT COLLATE "C" NOT NULL,
  kind            TEXT COLLATE "C",
  record          TEXT COLLATE "C",
  at              BIGINT NOT NULL,
  recorded        TEXT COLLATE "C",
  outcome         TEXT COLLATE "C",
  error           TEXT COLLATE "C",
  missing         TEXT COLLATE "C",
  added           TEXT COLLATE "C",
  recorded_fuel   BIGINT NOT NULL,
  fuel            BIGINT NOT NULL,
  recorded_micros BIGINT NOT NULL,
  micros          BIGINT NOT NULL
);
CREATE INDEX shadow_trial_plugin ON shadow_trial (plugin, verdict, id);
