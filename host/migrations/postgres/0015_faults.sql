-- Why a run failed and a delivery was given up, without ids and numbers: failures are grouped by it.
ALTER TABLE run ADD COLUMN fault TEXT COLLATE "C";
ALTER TABLE dead_delivery ADD COLUMN fault TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE dead_delivery SET fault = reason;
CREATE INDEX run_fault ON run (at, plugin, fault, id) WHERE fault IS NOT NULL;
CREATE INDEX dead_delivery_fault ON dead_delivery (plugin, fault, id);

-- Why and when the host switched a plugin off by itself, as JSON.
ALTER TABLE plugin ADD COLUMN paused TEXT COLLATE "C";
