-- What reports look for by the time at which it happened.
CREATE INDEX report_call_started      ON record (data ->> '$.started_at')  WHERE kind = 'call' AND deleted_at IS NULL;
CREATE INDEX report_lead_accepted     ON record (data ->> '$.accepted_at') WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX report_lead_closed       ON record (data ->> '$.closed_at')   WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX report_deal_closed       ON record (data ->> '$.closed_at')   WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX report_document_signed   ON record (data ->> '$.signed_at')   WHERE kind = 'document' AND deleted_at IS NULL;
CREATE INDEX report_invoice_issued    ON record (data ->> '$.issue_date')  WHERE kind = 'invoice' AND deleted_at IS NULL;
CREATE INDEX report_invoice_due       ON record (data ->> '$.due_date')    WHERE kind = 'invoice' AND deleted_at IS NULL;
CREATE INDEX report_task_closed       ON record (data ->> '$.closed_at')   WHERE kind = 'task' AND deleted_at IS NULL;
