-- What people look at most: a page of leads or deals of one owner, or of one state, the newest or the last changed first.
-- Each has its order in an index, for a walk by time alone reads all that the others have.
CREATE INDEX lead_owner_made ON record (data ->> '$.owner', created_at, id) WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX lead_status_made ON record (data ->> '$.status', created_at, id) WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX lead_owner_status_made ON record (data ->> '$.owner', data ->> '$.status', created_at, id) WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX lead_status_changed ON record (data ->> '$.status', updated_at, id) WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX deal_owner_made ON record (data ->> '$.owner', created_at, id) WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX deal_stage_made ON record (data ->> '$.stage', created_at, id) WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX deal_owner_stage_made ON record (data ->> '$.owner', data ->> '$.stage', created_at, id) WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX deal_stage_changed ON record (data ->> '$.stage', updated_at, id) WHERE kind = 'deal' AND deleted_at IS NULL;
