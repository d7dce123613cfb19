-- The tables of SQLite's migrations 0001 to 0011, in one. Moments are microseconds since 1970. Ids are UUIDv7 in their
-- text form, and texts are compared byte by byte. What records hold is JSONB; other JSON is kept as it was written.

CREATE TABLE record (
  id          TEXT COLLATE "C" PRIMARY KEY,
  kind        TEXT COLLATE "C" NOT NULL,
  number      BIGINT,
  version     BIGINT NOT NULL,
  data        JSONB NOT NULL,
  created_at  BIGINT NOT NULL,
  updated_at  BIGINT NOT NULL,
  deleted_at  BIGINT
);

-- What listings filter and sort by. The kind's name stands in every query as a literal, so that these are used.
CREATE INDEX record_kind         ON record (kind, id)         WHERE deleted_at IS NULL;
CREATE INDEX record_created      ON record (kind, created_at NULLS FIRST, id) WHERE deleted_at IS NULL;
CREATE INDEX record_updated      ON record (kind, updated_at NULLS FIRST, id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX record_number ON record (kind, number)    WHERE number IS NOT NULL;
CREATE INDEX lead_status         ON record ((data #>> '{status}') COLLATE "C" NULLS FIRST, id)      WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX lead_owner          ON record ((data #>> '{owner}') COLLATE "C" NULLS FIRST, id)       WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX lead_phone          ON record ((data #>> '{phone}') COLLATE "C" NULLS FIRST, id)       WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX lead_email          ON record ((data #>> '{email}') COLLATE "C" NULLS FIRST, id)       WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX contact_company     ON record ((data #>> '{company}') COLLATE "C" NULLS FIRST, id)     WHERE kind = 'contact' AND deleted_at IS NULL;
CREATE INDEX contact_owner       ON record ((data #>> '{owner}') COLLATE "C" NULLS FIRST, id)       WHERE kind = 'contact' AND deleted_at IS NULL;
CREATE INDEX contact_name        ON record ((data #>> '{name}') COLLATE "C" NULLS FIRST, id)        WHERE kind = 'contact' AND deleted_at IS NULL;
CREATE INDEX company_name        ON record ((data #>> '{name}') COLLATE "C" NULLS FIRST, id)        WHERE kind = 'company' AND deleted_at IS NULL;
CREATE INDEX deal_stage          ON record ((data #>> '{stage}') COLLATE "C" NULLS FIRST, id)       WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX deal_owner          ON record ((data #>> '{owner}') COLLATE "C" NULLS FIRST, id)       WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX deal_contact        ON record ((data #>> '{contact}') COLLATE "C" NULLS FIRST, id)     WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX deal_company        ON record ((data #>> '{company}') COLLATE "C" NULLS FIRST, id)     WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX deal_lead           ON record ((data #>> '{lead}') COLLATE "C" NULLS FIRST, id)        WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX task_assignee       ON record ((data #>> '{assignee}') COLLATE "C" NULLS FIRST, (data #>> '{status}') COLLATE "C" NULLS FIRST, id) WHERE kind = 'task' AND deleted_at IS NULL;
CREATE INDEX task_about          ON record ((data #>> '{about,id}') COLLATE "C" NULLS FIRST, id)    WHERE kind = 'task' AND deleted_at IS NULL;
CREATE INDEX task_key            ON record ((data #>> '{key}') COLLATE "C" NULLS FIRST, id)         WHERE kind = 'task' AND deleted_at IS NULL;
CREATE INDEX task_due            ON record ((data #>> '{due}') COLLATE "C" NULLS FIRST, id)         WHERE kind = 'task' AND deleted_at IS NULL;
CREATE INDEX notification_to     ON record ((data #>> '{to}') COLLATE "C" NULLS FIRST, id)          WHERE kind = 'notification' AND deleted_at IS NULL;
CREATE INDEX notification_key    ON record ((data #>> '{key}') COLLATE "C" NULLS FIRST, id)         WHERE kind = 'notification' AND deleted_at IS NULL;
CREATE INDEX notification_about  ON record ((data #>> '{about,id}') COLLATE "C" NULLS FIRST, id)    WHERE kind = 'notification' AND deleted_at IS NULL;
CREATE INDEX user_department     ON record ((data #>> '{department}') COLLATE "C" NULLS FIRST, id)  WHERE kind = 'user' AND deleted_at IS NULL;
CREATE INDEX user_role           ON record ((data #>> '{role}') COLLATE "C" NULLS FIRST, id)        WHERE kind = 'user' AND deleted_at IS NULL;

CREATE TABLE record_key (
  kind    TEXT COLLATE "C" NOT NULL,
  key     TEXT COLLATE "C" NOT NULL,
  value   TEXT COLLATE "C" NOT NULL,
  record  TEXT COLLATE "C" NOT NULL,
  PRIMARY KEY (kind, key, value)
);
CREATE INDEX record_key_record ON record_key (record);

-- Numbers given out: `audit`, `delivery`, `catalogue`, and one for each kind that is numbered.
CREATE TABLE counter (
  name   TEXT COLLATE "C" PRIMARY KEY,
  value  BIGINT NOT NULL
);

-- Who changed what, when and why. Nothing updates or deletes here.
CREATE TABLE audit (
  id         BIGINT PRIMARY KEY,
  at         BIGINT NOT NULL,
  name       TEXT COLLATE "C" NOT NULL,
  kind       TEXT COLLATE "C" NOT NULL,
  record     TEXT COLLATE "C" NOT NULL,
  version    BIGINT NOT NULL,
  actor      TEXT COLLATE "C" NOT NULL,
  actor_id   TEXT COLLATE "C" NOT NULL,
  run        TEXT COLLATE "C",
  cause      BIGINT,
  cause_run  TEXT COLLATE "C",
  root       BIGINT NOT NULL,
  depth      BIGINT NOT NULL,
  diff       TEXT COLLATE "C" NOT NULL
);
CREATE INDEX audit_record ON audit (record, id);
CREATE INDEX audit_run    ON audit (run, id) WHERE run IS NOT NULL;

-- An event is an audit entry with the record as it then stood; the record before is told by the entry's diff.
CREATE TABLE event (
  id                 BIGINT PRIMARY KEY,
  number             BIGINT,
  created_at         BIGINT NOT NULL,
  before_updated_at  BIGINT,
  data               TEXT COLLATE "C"
);

-- What is on its way to a plugin. `ready` is set for the head of each lane only; `lease` while a process has it.
CREATE TABLE delivery (
  id           BIGINT PRIMARY KEY,
  plugin       TEXT COLLATE "C" NOT NULL,
  lane         TEXT COLLATE "C" NOT NULL,
  event        BIGINT,
  payload      TEXT COLLATE "C",
  kind         TEXT COLLATE "C",
  record       TEXT COLLATE "C",
  cause_run    TEXT COLLATE "C",
  root         BIGINT,
  depth        BIGINT NOT NULL,
  attempt      BIGINT NOT NULL DEFAULT 1,
  due_at       BIGINT NOT NULL,
  created_at   BIGINT NOT NULL,
  ready        BIGINT NOT NULL,
  lease        BIGINT
);
CREATE INDEX delivery_lane  ON delivery (plugin, lane, id);
CREATE INDEX delivery_ready ON delivery (due_at, id) WHERE ready = 1 AND lease IS NULL;

CREATE TABLE dead_delivery (
  id           BIGINT PRIMARY KEY,
  plugin       TEXT COLLATE "C" NOT NULL,
  lane         TEXT COLLATE "C" NOT NULL,
  event        BIGINT,
  payload      TEXT COLLATE "C",
  kind         TEXT COLLATE "C",
  record       TEXT COLLATE "C",
  cause_run    TEXT COLLATE "C",
  root         BIGINT,
  depth        BIGINT NOT NULL,
  attempts     BIGINT NOT NULL,
  reason       TEXT COLLATE "C" NOT NULL,
  at           BIGINT NOT NULL
);
CREATE INDEX dead_delivery_plugin ON dead_delivery (plugin, id);

-- Plugins that the loop guard keeps from a record.
CREATE TABLE hold (
  plugin  TEXT COLLATE "C" NOT NULL,
  kind    TEXT COLLATE "C" NOT NULL,
  record  TEXT COLLATE "C" NOT NULL,
  event   BIGINT NOT NULL,
  at      BIGINT NOT NULL,
  PRIMARY KEY (plugin, record)
);

CREATE TABLE timer (
  plugin   TEXT COLLATE "C" NOT NULL,
  key      TEXT COLLATE "C" NOT NULL,
  due      BIGINT NOT NULL,
  payload  TEXT COLLATE "C" NOT NULL,
  kind     TEXT COLLATE "C",
  record   TEXT COLLATE "C",
  run      TEXT COLLATE "C",
  root     BIGINT,
  depth    BIGINT NOT NULL,
  PRIMARY KEY (plugin, key)
);
CREATE INDEX timer_due ON timer (due, plugin, key);

CREATE TABLE schedule_fire (
  plugin    TEXT COLLATE "C" NOT NULL,
  schedule  TEXT COLLATE "C" NOT NULL,
  due       BIGINT NOT NULL,
  at        BIGINT NOT NULL,
  PRIMARY KEY (plugin, schedule, due)
);

-- A key taken away leaves its version behind, so that a run that read it before still sees it moved.
CREATE TABLE state (
  plugin   TEXT COLLATE "C" NOT NULL,
  key      TEXT COLLATE "C" NOT NULL,
  version  BIGINT NOT NULL,
  value    TEXT COLLATE "C",
  PRIMARY KEY (plugin, key)
);

CREATE TABLE run (
  id         TEXT COLLATE "C" PRIMARY KEY,
  plugin     TEXT COLLATE "C" NOT NULL,
  release    TEXT COLLATE "C" NOT NULL,
  "trigger"  TEXT COLLATE "C" NOT NULL,
  name       TEXT COLLATE "C" NOT NULL,
  kind       TEXT COLLATE "C",
  record     TEXT COLLATE "C",
  by         TEXT COLLATE "C",
  event      BIGINT,
  cause_run  TEXT COLLATE "C",
  root       BIGINT,
  depth      BIGINT NOT NULL,
  attempt    BIGINT NOT NULL,
  reruns     BIGINT NOT NULL,
  outcome    TEXT COLLATE "C" NOT NULL,
  error      TEXT COLLATE "C",
  at         BIGINT NOT NULL,
  cost       TEXT COLLATE "C" NOT NULL,
  log        TEXT COLLATE "C",
  effects    TEXT COLLATE "C"
);
CREATE INDEX run_plugin  ON run (plugin, id);
CREATE INDEX run_record  ON run (record, id)    WHERE record IS NOT NULL;
CREATE INDEX run_event   ON run (event)         WHERE event IS NOT NULL;
CREATE INDEX run_cause   ON run (cause_run, id) WHERE cause_run IS NOT NULL;
CREATE INDEX run_failed  ON run (outcome, id)   WHERE outcome <> 'ok';

CREATE TABLE plugin (
  name          TEXT COLLATE "C" PRIMARY KEY,
  release       TEXT COLLATE "C" NOT NULL,
  manifest      TEXT COLLATE "C" NOT NULL,
  config        TEXT COLLATE "C" NOT NULL,
  grants        TEXT COLLATE "C" NOT NULL,
  condition     TEXT COLLATE "C",
  enabled       BOOLEAN NOT NULL,
  generation    BIGINT NOT NULL,
  budgets       TEXT COLLATE "C" NOT NULL,
  enabled_at    BIGINT,
  installed_at  BIGINT NOT NULL,
  updated_at    BIGINT NOT NULL,
  missed        TEXT COLLATE "C" NOT NULL DEFAULT '"coalesce"'
);

CREATE TABLE "release" (
  digest     TEXT COLLATE "C" PRIMARY KEY,
  component  BYTEA NOT NULL,
  at         BIGINT NOT NULL
);

CREATE TABLE session (
  hash        BYTEA PRIMARY KEY,
  "user"        TEXT COLLATE "C" NOT NULL,
  at          BIGINT NOT NULL,
  expires_at  BIGINT NOT NULL
);
CREATE INDEX session_of_user ON session ("user");

CREATE TABLE token (
  id          TEXT COLLATE "C" PRIMARY KEY,
  name        TEXT COLLATE "C" NOT NULL,
  hash        BYTEA NOT NULL UNIQUE,
  scopes      TEXT COLLATE "C" NOT NULL,
  "user"        TEXT COLLATE "C",
  at          BIGINT NOT NULL,
  expires_at  BIGINT
);

CREATE TABLE password (
  "user"  TEXT COLLATE "C" PRIMARY KEY,
  hash  TEXT COLLATE "C" NOT NULL
);

CREATE TABLE idempotency (
  actor    TEXT COLLATE "C" NOT NULL,
  key      TEXT COLLATE "C" NOT NULL,
  request  TEXT COLLATE "C" NOT NULL,
  outcome  TEXT COLLATE "C" NOT NULL,
  at       BIGINT NOT NULL,
  PRIMARY KEY (actor, key)
);

-- What reporting tools read: a view for each kind that people report on.
CREATE VIEW lead AS SELECT id, number, version, created_at, updated_at,
  data #>> '{title}' AS title, data #>> '{status}' AS status, data #>> '{owner}' AS owner, data #>> '{name}' AS name,
  data #>> '{phone}' AS phone, data #>> '{email}' AS email, data #>> '{source}' AS source,
  (data #>> '{amount,minor}')::bigint AS amount_minor, data #>> '{amount,currency}' AS amount_currency,
  data #>> '{accepted_at}' AS accepted_at, data #>> '{closed_at}' AS closed_at, data #>> '{deal}' AS deal
  FROM record WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE VIEW deal AS SELECT id, number, version, created_at, updated_at,
  data #>> '{title}' AS title, data #>> '{pipeline}' AS pipeline, data #>> '{stage}' AS stage,
  data #>> '{owner}' AS owner, (data #>> '{amount,minor}')::bigint AS amount_minor,
  data #>> '{amount,currency}' AS amount_currency, data #>> '{contact}' AS contact, data #>> '{company}' AS company,
  data #>> '{closed_at}' AS closed_at
  FROM record WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE VIEW task AS SELECT id, number, version, created_at, updated_at,
  data #>> '{title}' AS title, data #>> '{status}' AS status, data #>> '{assignee}' AS assignee,
  data #>> '{due}' AS due, data #>> '{closed_at}' AS closed_at
  FROM record WHERE kind = 'task' AND deleted_at IS NULL;
-- Where events are sent to outside. The secrets sign what is sent: the host must have them as they are.
CREATE TABLE webhook (
  id               TEXT COLLATE "C" PRIMARY KEY,
  url              TEXT COLLATE "C" NOT NULL,
  events           TEXT COLLATE "C" NOT NULL,
  condition        TEXT COLLATE "C",
  active           BOOLEAN NOT NULL,
  secret           TEXT COLLATE "C" NOT NULL,
  previous_secret  TEXT COLLATE "C",
  previous_until   BIGINT,
  created_at       BIGINT NOT NULL,
  updated_at       BIGINT NOT NULL
);

-- What leaves the host: written with what causes it, sent after the commit. `lease` while a process sends it.
CREATE TABLE outbox (
  id          BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
  webhook     TEXT COLLATE "C" NOT NULL,
  event       BIGINT NOT NULL,
  state       TEXT COLLATE "C" NOT NULL DEFAULT 'queued',
  attempt     BIGINT NOT NULL DEFAULT 1,
  due_at      BIGINT NOT NULL,
  lease       BIGINT,
  error       TEXT COLLATE "C",
  created_at  BIGINT NOT NULL,
  ended_at    BIGINT
);
CREATE INDEX outbox_due     ON outbox (due_at, id) WHERE state = 'queued' AND lease IS NULL;
CREATE INDEX outbox_leased  ON outbox (webhook)    WHERE lease IS NOT NULL;
CREATE INDEX outbox_webhook ON outbox (webhook, id);
-- What becomes of times of a schedule that went by while no process ran: see `Missed`.
-- Links that show a paper to whoever has one. Of a link's secret only the hash is kept.
CREATE TABLE link (
  id          TEXT COLLATE "C" PRIMARY KEY,
  hash        BYTEA NOT NULL UNIQUE,
  kind        TEXT COLLATE "C" NOT NULL,
  record      TEXT COLLATE "C" NOT NULL,
  language    TEXT COLLATE "C",
  by_user     TEXT COLLATE "C",
  created_at  BIGINT NOT NULL,
  expires_at  BIGINT NOT NULL,
  revoked_at  BIGINT
);
CREATE INDEX link_record ON link (record, id);

-- How often each was opened. To be looked at changes no record.
CREATE TABLE link_view (
  link      TEXT COLLATE "C" PRIMARY KEY,
  views     BIGINT NOT NULL,
  last_at   BIGINT NOT NULL
);

-- What listings filter templates by.
CREATE INDEX template_document_kind ON record ((data #>> '{document_kind}') COLLATE "C" NULLS FIRST, id) WHERE kind = 'template' AND deleted_at IS NULL;
-- What a run was told, call by call, as JSON: to play it again.
CREATE TABLE run_journal (
  run      TEXT COLLATE "C" PRIMARY KEY,
  journal  TEXT COLLATE "C" NOT NULL
);
-- What signs the requests of outside systems: telephony, mail. The secrets are sealed by the key in `takt.key`, which
-- is not in the database.
CREATE TABLE inbound (
  name             TEXT COLLATE "C" PRIMARY KEY,
  secret           TEXT COLLATE "C" NOT NULL,
  previous_secret  TEXT COLLATE "C",
  previous_until   BIGINT,
  created_at       BIGINT NOT NULL,
  updated_at       BIGINT NOT NULL
);

-- A call finds its company by the main number.
CREATE INDEX company_phone ON record ((data #>> '{phones,0}') COLLATE "C" NULLS FIRST, id) WHERE kind = 'company' AND deleted_at IS NULL;
-- What listings filter trading records by.
CREATE INDEX deal_expected       ON record ((data #>> '{expected_at}') COLLATE "C" NULLS FIRST, id) WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX document_status     ON record ((data #>> '{status}') COLLATE "C" NULLS FIRST, id)      WHERE kind = 'document' AND deleted_at IS NULL;
CREATE INDEX document_owner      ON record ((data #>> '{owner}') COLLATE "C" NULLS FIRST, id)       WHERE kind = 'document' AND deleted_at IS NULL;
CREATE INDEX document_about      ON record ((data #>> '{about,id}') COLLATE "C" NULLS FIRST, id)    WHERE kind = 'document' AND deleted_at IS NULL;
CREATE INDEX invoice_status      ON record ((data #>> '{status}') COLLATE "C" NULLS FIRST, (data #>> '{due_date}') COLLATE "C" NULLS FIRST, id) WHERE kind = 'invoice' AND deleted_at IS NULL;
CREATE INDEX invoice_owner       ON record ((data #>> '{owner}') COLLATE "C" NULLS FIRST, id)       WHERE kind = 'invoice' AND deleted_at IS NULL;
CREATE INDEX invoice_deal        ON record ((data #>> '{deal}') COLLATE "C" NULLS FIRST, id)        WHERE kind = 'invoice' AND deleted_at IS NULL;
CREATE INDEX invoice_company     ON record ((data #>> '{company}') COLLATE "C" NULLS FIRST, id)     WHERE kind = 'invoice' AND deleted_at IS NULL;
CREATE INDEX invoice_contact     ON record ((data #>> '{contact}') COLLATE "C" NULLS FIRST, id)     WHERE kind = 'invoice' AND deleted_at IS NULL;
-- What listings filter calls by.
CREATE INDEX call_phone   ON record ((data #>> '{phone}') COLLATE "C" NULLS FIRST, id)      WHERE kind = 'call' AND deleted_at IS NULL;
CREATE INDEX call_user    ON record ((data #>> '{user}') COLLATE "C" NULLS FIRST, id)       WHERE kind = 'call' AND deleted_at IS NULL;
CREATE INDEX call_about   ON record ((data #>> '{about,id}') COLLATE "C" NULLS FIRST, id)   WHERE kind = 'call' AND deleted_at IS NULL;
CREATE INDEX call_started ON record ((data #>> '{started_at}') COLLATE "C" NULLS FIRST, id) WHERE kind = 'call' AND deleted_at IS NULL;
-- Where a person signed in from.
ALTER TABLE session ADD COLUMN address TEXT, ADD COLUMN agent TEXT;

-- Second factors. The secret is sealed by the key in `takt.key`; `step` is the last step of time whose code was used.
CREATE TABLE second_factor (
  "user"       TEXT COLLATE "C" PRIMARY KEY,
  secret     TEXT COLLATE "C" NOT NULL,
  confirmed  BOOLEAN NOT NULL,
  step       BIGINT NOT NULL
);

CREATE TABLE recovery_code (
  "user"  TEXT COLLATE "C" NOT NULL,
  hash  BYTEA NOT NULL,
  PRIMARY KEY ("user", hash)
);

-- Records that a person is being taken out of: they stand here within that one transaction.
CREATE TABLE erasing (record TEXT COLLATE "C" PRIMARY KEY);

-- An audit entry of such a record may lose what the fields were. Which fields were changed, when, by whom and why stays.
CREATE FUNCTION keys_of(diff TEXT) RETURNS TEXT[] LANGUAGE sql IMMUTABLE AS
$$ SELECT array_agg(key ORDER BY key) FROM jsonb_object_keys(diff::jsonb) key $$;

CREATE FUNCTION audit_is_kept() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    RAISE EXCEPTION 'audit entries are not deleted';
  END IF;
  IF NOT EXISTS (SELECT 1 FROM erasing WHERE record = OLD.record)
    OR (OLD.id, OLD.at, OLD.name, OLD.kind, OLD.record, OLD.version, OLD.actor, OLD.actor_id, OLD.root, OLD.depth)
       IS DISTINCT FROM
       (NEW.id, NEW.at, NEW.name, NEW.kind, NEW.record, NEW.version, NEW.actor, NEW.actor_id, NEW.root, NEW.depth)
    OR (OLD.run, OLD.cause, OLD.cause_run) IS DISTINCT FROM (NEW.run, NEW.cause, NEW.cause_run)
    OR keys_of(OLD.diff) IS DISTINCT FROM keys_of(NEW.diff)
  THEN
    RAISE EXCEPTION 'audit entries are not changed';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER audit_is_kept BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_kept();
CREATE TRIGGER audit_is_not_truncated BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_is_kept();

-- Files of records. What is in them stands in the folder `attachments`, named by its SHA-256.
CREATE TABLE attachment (
  id      TEXT COLLATE "C" PRIMARY KEY,
  kind    TEXT COLLATE "C" NOT NULL,
  record  TEXT COLLATE "C" NOT NULL,
  name    TEXT COLLATE "C" NOT NULL,
  media   TEXT COLLATE "C" NOT NULL,
  size    BIGINT NOT NULL,
  digest  TEXT COLLATE "C" NOT NULL,
  at      BIGINT NOT NULL,
  actor      TEXT COLLATE "C" NOT NULL,
  actor_id   TEXT COLLATE "C" NOT NULL
);
CREATE INDEX attachment_record ON attachment (record, id);
CREATE INDEX attachment_digest ON attachment (digest);
-- What reports look for by the time at which it happened.
CREATE INDEX report_call_started      ON record ((data #>> '{started_at}') COLLATE "C" NULLS FIRST)  WHERE kind = 'call' AND deleted_at IS NULL;
CREATE INDEX report_lead_accepted     ON record ((data #>> '{accepted_at}') COLLATE "C" NULLS FIRST) WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX report_lead_closed       ON record ((data #>> '{closed_at}') COLLATE "C" NULLS FIRST)   WHERE kind = 'lead' AND deleted_at IS NULL;
CREATE INDEX report_deal_closed       ON record ((data #>> '{closed_at}') COLLATE "C" NULLS FIRST)   WHERE kind = 'deal' AND deleted_at IS NULL;
CREATE INDEX report_document_signed   ON record ((data #>> '{signed_at}') COLLATE "C" NULLS FIRST)   WHERE kind = 'document' AND deleted_at IS NULL;
CREATE INDEX report_invoice_issued    ON record ((data #>> '{issue_date}') COLLATE "C" NULLS FIRST)  WHERE kind = 'invoice' AND deleted_at IS NULL;
CREATE INDEX report_invoice_due       ON record ((data #>> '{due_date}') COLLATE "C" NULLS FIRST)    WHERE kind = 'invoice' AND deleted_at IS NULL;
CREATE INDEX report_task_closed       ON record ((data #>> '{closed_at}') COLLATE "C" NULLS FIRST)   WHERE kind = 'task' AND deleted_at IS NULL;

-- What a host that is gone had taken is looked for every few seconds.
CREATE INDEX delivery_leased ON delivery (lease) WHERE lease IS NOT NULL;

-- The hosts on this database, and when each was heard of last, by the database's clock.
CREATE TABLE node (
  name     TEXT PRIMARY KEY,
  token    BIGINT NOT NULL UNIQUE,
  seen_at  TIMESTAMPTZ NOT NULL
);

-- Messages to clients that a host is sending.
CREATE TABLE posting (
  message  TEXT COLLATE "C" PRIMARY KEY,
  lease    BIGINT NOT NULL
);
