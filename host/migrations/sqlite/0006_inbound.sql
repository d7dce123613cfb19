-- What signs the requests of outside systems: telephony, mail. The secrets are sealed by the key in `takt.key`, which
-- is not in the database.
CREATE TABLE inbound (
  name             TEXT PRIMARY KEY,
  secret           TEXT NOT NULL,
  previous_secret  TEXT,
  previous_until   INTEGER,
  created_at       INTEGER NOT NULL,
  updated_at       INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A call finds its company by the main number.
CREATE INDEX company_phone ON record (data ->> '$.phones[0]', id) WHERE kind = 'company' AND deleted_at IS NULL;
