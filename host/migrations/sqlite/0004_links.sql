-- Links that show a paper to whoever has one. Of a link's secret only the hash is kept.
CREATE TABLE link (
  id          TEXT PRIMARY KEY,
  hash        BLOB NOT NULL UNIQUE,
  kind        TEXT NOT NULL,
  record      TEXT NOT NULL,
  language    TEXT,
  by_user     TEXT,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER NOT NULL,
  revoked_at  INTEGER
) STRICT;
CREATE INDEX link_record ON link (record, id);

-- How often each was opened. To be looked at changes no record.
CREATE TABLE link_view (
  link      TEXT PRIMARY KEY,
  views     INTEGER NOT NULL,
  last_at   INTEGER NOT NULL
) STRICT;

-- What listings filter templates by.
CREATE INDEX template_document_kind ON record (data ->> '$.document_kind', id) WHERE kind = 'template' AND deleted_at IS NULL;
