-- What listings filter trading records by.
CREATE INDEX deal_expected       ON record (data ->> '$.expected_at', id) WHERE kind = 'deal' AND deleted_at IS NULL;
