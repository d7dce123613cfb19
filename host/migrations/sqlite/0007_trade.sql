-- What listings filter trading records by.
CREATE INDEX deal_expected       ON record (data ->> '$.expected_at', id) WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX document_status     ON record (data ->> '$.status', id)      WHERE kind = 'document' AND deleted_at IS NULL;
CREATE INDEX document_owner      ON record (data ->> '$.owner', id)       WHERE kind = 'document' AND deleted_at IS NULL;
CREATE INDEX document_about      ON record (data ->> '$.about.id', id)    WHERE kind = 'document' AND deleted_at IS NULL;
CREATE INDEX invoice_status      ON record (data ->> '$.status', data ->> '$.due_date', id) WHERE kind = 'invoice' AND deleted_at IS NULL;
CREATE INDEX invoice_owner       ON record (data ->> '$.owner', id)       WHERE kind = 'invoice' AND deleted_at IS NULL;
CREATE INDEX invoice_deal        ON record (data ->> '$.deal', id)        WHERE kind = 'invoice' AND deleted_at IS NULL;
CREATE INDEX invoice_company     ON record (data ->> '$.company', id)     WHERE kind = 'invoice' AND deleted_at IS NULL;
CREATE INDEX invoice_contact     ON record (data ->> '$.contact', id)     WHERE kind = 'invoice' AND deleted_at IS NULL;
