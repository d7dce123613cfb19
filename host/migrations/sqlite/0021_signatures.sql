-- Keys whose signatures of components are trusted: Ed25519, the public half.
CREATE TABLE trusted_key (
  name  TEXT PRIMARY KEY,
  key   TEXT NOT NULL UNIQUE,
  at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What somebody signed of a release, and the name of the key as it was trusted then.
ALTER TABLE plugin_release ADD COLUMN signature TEXT;
ALTER TABLE plugin_release ADD COLUMN signer TEXT;
