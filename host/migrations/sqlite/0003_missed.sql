-- What becomes of times of a schedule that went by while no process ran: see `Missed`.
ALTER TABLE plugin ADD COLUMN missed TEXT NOT NULL DEFAULT '"coalesce"';
