-- What has been kept for long enough is deleted: the audit, too, where the organisation says for how long. The moment before
-- which it goes stands here within that one transaction.
CREATE TABLE expiring (before BIGINT NOT NULL);

CREATE FUNCTION audit_is_not_deleted() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM expiring WHERE OLD.at < before) THEN
    RAISE EXCEPTION 'audit entries are not deleted';
  END IF;
  RETURN OLD;
END $$;
DROP TRIGGER audit_is_kept ON audit;
CREATE TRIGGER audit_is_kept BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_kept();
CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_not_deleted();

-- What is looked for by its age, or by what still needs it.
CREATE INDEX idempotency_at ON idempotency (at);
CREATE INDEX outbox_event   ON outbox (event);
