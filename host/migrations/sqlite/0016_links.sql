-- What points at a record is looked for when that is deleted, or merged into another.
CREATE INDEX lead_contact ON record (data ->> '$.contact', id) WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX lead_company ON record (data ->> '$.company', id) WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX lead_deal ON record (data ->> '$.deal', id) WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX message_contact ON record (data ->> '$.contact', id) WHERE kind = 'message' AND deleted_at IS NULL;
CREATE INDEX message_about ON record (data ->> '$.about.id', id) WHERE kind = 'message' AND deleted_at IS NULL;
CREATE INDEX meeting_about ON record (data ->> '$.about.id', id) WHERE kind = 'meeting' AND deleted_at IS NULL;
CREATE INDEX meeting_organiser ON record (data ->> '$.organiser', id) WHERE kind = 'meeting' AND deleted_at IS NULL;
CREATE INDEX document_template ON record (data ->> '$.template', id) WHERE kind = 'document' AND deleted_at IS NULL;

-- Reports read an index alone: each begins with the time at which it happened, and has all that is asked beside.
DROP INDEX report_call_started;
DROP INDEX report_lead_accepted;
DROP INDEX report_lead_closed;
DROP INDEX report_deal_closed;
DROP INDEX report_document_signed;
DROP INDEX report_invoice_issued;
DROP INDEX report_invoice_due;
DROP INDEX report_task_closed;
CREATE INDEX report_call_started ON record (
  data ->> '$.started_at', data ->> '$.direction', data ->> '$.status', data ->> '$.user', kind, deleted_at
) WHERE kind = 'call' AND deleted_at IS NULL;
CREATE INDEX report_lead_made ON record (
  created_at, data ->> '$.owner', data ->> '$.source', data ->> '$.deal', kind, deleted_at
) WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX report_lead_accepted ON record (
  data ->> '$.accepted_at', created_at, data ->> '$.owner', data ->> '$.source', data ->> '$.deal', kind, deleted_at
) WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX report_lead_closed ON record (
  data ->> '$.closed_at', data ->> '$.status', data ->> '$.accepted_at', data ->> '$.owner', data ->> '$.source', data ->> '$.deal', kind, deleted_at
) WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX report_deal_made ON record (
  created_at, data ->> '$.pipeline', data ->> '$.stage', data ->> '$.owner', data ->> '$.lead', kind, deleted_at
) WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX report_deal_closed ON record (
  data ->> '$.closed_at', data ->> '$.pipeline', data ->> '$.stage', data ->> '$.owner', data ->> '$.amount.currency', data ->> '$.amount.minor', data ->> '$.lead', kind, deleted_at
) WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX report_document_signed ON record (
  data ->> '$.signed_at', data ->> '$.document_kind', data ->> '$.owner', data ->> '$.about.id', kind, deleted_at
) WHERE kind = 'document' AND deleted_at IS NULL;
CREATE INDEX report_invoice_issued ON record (
  data ->> '$.issue_date', data ->> '$.status', data ->> '$.owner', data ->> '$.deal', data ->> '$.totals.gross.currency', data ->> '$.totals.gross.minor', kind, deleted_at
) WHERE kind = 'invoice' AND deleted_at IS NULL;
CREATE INDEX report_invoice_due ON record (
  data ->> '$.due_date', data ->> '$.status', data ->> '$.owner', data ->> '$.deal', data ->> '$.totals.gross.currency', data ->> '$.totals.gross.minor', data ->> '$.paid.minor', kind, deleted_at
) WHERE kind = 'invoice' AND deleted_at IS NULL;
CREATE INDEX report_task_closed ON record (
  data ->> '$.closed_at', data ->> '$.status', data ->> '$.assignee', kind, deleted_at
) WHERE kind = 'task' AND deleted_at IS NULL;
CREATE INDEX report_task_due ON record (
  data ->> '$.due', data ->> '$.closed_at', data ->> '$.status', data ->> '$.assignee', kind, deleted_at
) WHERE kind = 'task' AND deleted_at IS NULL;
CREATE INDEX audit_stage ON audit (record, diff ->> '$.stage[1]') WHERE diff ->> '$.stage[1]' IS NOT NULL;
