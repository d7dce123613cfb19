-- What points at a record is looked for when that is deleted, or merged into another.
CREATE INDEX lead_contact ON record ((data #>> '{contact}') COLLATE "C" NULLS FIRST, id) WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX lead_company ON record ((data #>> '{company}') COLLATE "C" NULLS FIRST, id) WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX lead_deal ON record ((data #>> '{deal}') COLLATE "C" NULLS FIRST, id) WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX message_contact ON record ((data #>> '{contact}') COLLATE "C" NULLS FIRST, id) WHERE kind = 'message' AND deleted_at IS NULL;
CREATE INDEX message_about ON record ((data #>> '{about,id}') COLLATE "C" NULLS FIRST, id) WHERE kind = 'message' AND deleted_at IS NULL;
CREATE INDEX meeting_about ON record ((data #>> '{about,id}') COLLATE "C" NULLS FIRST, id) WHERE kind = 'meeting' AND deleted_at IS NULL;
CREATE INDEX meeting_organiser ON record ((data #>> '{organiser}') COLLATE "C" NULLS FIRST, id) WHERE kind = 'meeting' AND deleted_at IS NULL;
CREATE INDEX document_template ON record ((data #>> '{template}') COLLATE "C" NULLS FIRST, id) WHERE kind = 'document' AND deleted_at IS NULL;

-- Reports look for what was made, and when tasks were due; and for the stages that deals were ever in.
CREATE INDEX report_lead_made ON record (created_at) WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX report_deal_made ON record (created_at) WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX audit_stage ON audit (record, (diff::jsonb #>> '{stage,1}')) WHERE diff::jsonb #>> '{stage,1}' IS NOT NULL;
