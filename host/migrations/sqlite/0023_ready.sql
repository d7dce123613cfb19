-- What is ready is taken for each plugin by itself, so that nobody waits behind another's backlog.
DROP INDEX delivery_ready;
CREATE INDEX delivery_ready ON delivery (plugin, due_at, id) WHERE ready = 1 AND lease IS NULL;
