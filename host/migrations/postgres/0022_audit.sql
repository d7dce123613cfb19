-- The audit is searched: by time, and by time within a kind and within what somebody did.
CREATE INDEX audit_at    ON audit (at, id);
CREATE INDEX audit_kind  ON audit (kind, at, id);
CREATE INDEX audit_actor ON audit (actor_id, at, id);
