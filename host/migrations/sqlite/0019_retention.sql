-- What has been kept for long enough is deleted: the audit, too, where the organisation says for how long. The moment before
-- which it goes stands here within that one transaction.
CREATE TABLE expiring (before INTEGER NOT NULL) STRICT;

DROP TRIGGER audit_is_not_deleted;
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
WHEN NOT EXISTS (SELECT 1 FROM expiring WHERE OLD.at < before)
BEGIN SELECT RAISE(ABORT, 'audit entries are not deleted'); END;

-- What is looked for by its age, or by what still needs it.
CREATE INDEX idempotency_at ON idempotency (at);
CREATE INDEX outbox_event   ON outbox (event);
