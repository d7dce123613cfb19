-- What a run was told, call by call, as JSON: to play it again.
CREATE TABLE run_journal (
  run      TEXT PRIMARY KEY,
  journal  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
