-- Keys whose signatures of components are trusted: Ed25519, the public half.
CREATE TABLE trusted_key (
  name  TEXT COLLATE "C" PRIMARY KEY,
  key   TEXT COLLATE "C" NOT NULL UNIQUE,
  at    BIGINT NOT NULL
);

-- What somebody signed of a release, and the name of the key as it was trusted then.
ALTER TABLE plugin_release ADD COLUMN signature TEXT COLLATE "C";
ALTER TABLE plugin_release ADD COLUMN signer TEXT COLLATE "C";
