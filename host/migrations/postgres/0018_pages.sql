-- What people look at most: a page of leads or deals of one owner, or of one state, the newest or the last changed first.
-- Each has its order in an index, for a walk by time alone reads all that the others have.
CREATE INDEX lead_owner_made ON record ((data #>> '{owner}') COLLATE "C" NULLS FIRST, created_at NULLS FIRST, id) WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX lead_status_made ON record ((data #>> '{status}') COLLATE "C" NULLS FIRST, created_at NULLS FIRST, id) WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX lead_owner_status_made ON record ((data #>> '{owner}') COLLATE "C" NULLS FIRST, (data #>> '{status}') COLLATE "C" NULLS FIRST, created_at NULLS FIRST, id) WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX lead_status_changed ON record ((data #>> '{status}') COLLATE "C" NULLS FIRST, updated_at NULLS FIRST, id) WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX deal_owner_made ON record ((data #>> '{owner}') COLLATE "C" NULLS FIRST, created_at NULLS FIRST, id) WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX deal_stage_made ON record ((data #>> '{stage}') COLLATE "C" NULLS FIRST, created_at NULLS FIRST, id) WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX deal_owner_stage_made ON record ((data #>> '{owner}') COLLATE "C" NULLS FIRST, (data #>> '{stage}') COLLATE "C" NULLS FIRST, created_at NULLS FIRST, id) WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX deal_stage_changed ON record ((data #>> '{stage}') COLLATE "C" NULLS FIRST, updated_at NULLS FIRST, id) WHERE kind = 'deal' AND deleted_at IS NULL;
