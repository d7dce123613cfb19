-- What listings filter calls by.
CREATE INDEX call_phone   ON record (data ->> '$.phone', id)      WHERE kind = 'call' AND deleted_at IS NULL;
CREATE INDEX call_user    ON record (data ->> '$.user', id)       WHERE kind = 'call' AND deleted_at IS NULL;
CREATE INDEX call_about   ON record (data ->> '$.about.id', id)   WHERE kind = 'call' AND deleted_at IS NULL;
CREATE INDEX call_started ON record (data ->> '$.started_at', id) WHERE kind = 'call' AND deleted_at IS NULL;
