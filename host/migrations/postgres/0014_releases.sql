-- The releases of each plugin: what each says of itself, when it last came into use, and with which configuration.
-- Components that were replaced before are kept in `release`; of whom they were was not noted.
CREATE TABLE plugin_release (
  plugin    TEXT COLLATE "C" NOT NULL,
  digest    TEXT COLLATE "C" NOT NULL,
  manifest  TEXT COLLATE "C" NOT NULL,
  contract  TEXT COLLATE "C" NOT NULL,
  at        BIGINT NOT NULL,
  used_at   BIGINT,
  config    TEXT COLLATE "C",
  PRIMARY KEY (plugin, digest)
);

ALTER TABLE plugin ADD COLUMN released_at BIGINT;

INSERT INTO plugin_release (plugin, digest, manifest, contract, at, used_at, config)
  SELECT p.name, p."release", p.manifest, '', coalesce(r.at, p.installed_at), p.installed_at, p.config
  FROM plugin p LEFT JOIN "release" r ON r.digest = p."release";
