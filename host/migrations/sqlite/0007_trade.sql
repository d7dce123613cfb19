-- What listings filter trading records by.
CREATE INDEX deal_expected       ON record (data ->> '$.expected_at', id) WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX document_status     ON record (data ->> '$.status', id)      WHERE kind = 'document' AND deleted_at IS NULL;
CREATE INDEX document_owner      ON record (data ->> '$.owner', id)       WHERE kind = 'document' AND deleted_at IS NULL;
CREATE INDEX document_about      ON record (data ->> '$.about.id', id)    WHERE kind = 'document' AND deleted_at IS NULL;
