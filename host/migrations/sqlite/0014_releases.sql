-- The releases of each plugin: what each says of itself, when it last came into use, and with which configuration.
-- Components that were replaced before are kept in `release`; of whom they were was not noted.
CREATE TABLE plugin_release (
  plugin    TEXT NOT NULL,
  digest    TEXT NOT NULL,
  manifest  TEXT NOT NULL,
  contract  TEXT NOT NULL,
  at        INTEGER NOT NULL,
  used_at   INTEGER,
  config    TEXT,
  PRIMARY KEY (plugin, digest)
) STRICT, WITHOUT ROWID;

ALTER TABLE plugin ADD COLUMN released_at INTEGER;

INSERT INTO plugin_release (plugin, digest, manifest, contract, at, used_at, config)
  SELECT p.name, p.release, p.manifest, '', coalesce(r.at, p.installed_at), p.installed_at, p.config
  FROM plugin p LEFT JOIN release r ON r.digest = p.release;
