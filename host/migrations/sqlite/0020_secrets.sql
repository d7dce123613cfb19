-- Secrets that admins set for plugins, sealed by the key in `takt.key`. `hosts` has the hosts that each may be sent to,
-- with blanks between.
CREATE TABLE plugin_secret (
  plugin  TEXT NOT NULL,
  name    TEXT NOT NULL,
  hosts   TEXT NOT NULL,
  sealed  TEXT NOT NULL,
  at      INTEGER NOT NULL,
  PRIMARY KEY (plugin, name)
) STRICT, WITHOUT ROWID;
