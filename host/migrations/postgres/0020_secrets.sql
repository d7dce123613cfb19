-- Secrets that admins set for plugins, sealed by the key in `takt.key`. `hosts` has the hosts that each may be sent to,
-- with blanks between.
CREATE TABLE plugin_secret (
  plugin  TEXT COLLATE "C" NOT NULL,
  name    TEXT COLLATE "C" NOT NULL,
  hosts   TEXT COLLATE "C" NOT NULL,
  sealed  TEXT COLLATE "C" NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (plugin, name)
);
