//! What must hold between rows, each as a statement that finds where it does not. The two databases read them alike.

use super::patient::Patient;
use super::{Check, Checked, Result};

const DATABASE: Check = Check {
    name: "database",
    holds: "the database is sound",
    remedy: "stop the host, keep a copy of the database as it is, and restore the last backup",
};

/// The database's own look at itself.
pub async fn database(patient: &mut Patient) -> Result<Checked> {
    let found = match patient {
        Patient::Sqlite(_) => {
            let mut found = patient.column("PRAGMA integrity_check").await?;
            found.retain(|said| said != "ok");
            let keys =
                "SELECT 'a row of ' || \"table\" || ' points at none of ' || parent FROM pragma_foreign_key_check";
            found.extend(patient.column(keys).await?);
            found
        }
        Patient::Postgres(_) => {
            patient
                .column(
                    "SELECT 'index ' || indexrelid::regclass || ' is not valid: REINDEX it' FROM pg_index
                     WHERE NOT indisvalid AND indrelid IN
                       (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace)
                     UNION ALL
                     SELECT checksum_failures || ' pages with a wrong checksum' FROM pg_stat_database
                     WHERE datname = current_database() AND checksum_failures > 0",
                )
                .await?
        }
    };
    Ok(DATABASE.ended(found))
}

/// One check by one statement: a text for each place where it does not hold.
struct Rule {
    check: Check,
    /// For both databases, or for SQLite and PostgreSQL.
    finds: [&'static str; 2],
}

const fn rule(name: &'static str, holds: &'static str, finds: &'static str, remedy: &'static str) -> Rule {
    Rule { check: Check { name, holds, remedy }, finds: [finds, finds] }
}

/// Runs all of them.
pub async fn rows(patient: &mut Patient) -> Result<Vec<Checked>> {
    let mut all = Vec::with_capacity(RULES.len());
    for Rule { check, finds: [sqlite, postgres] } in RULES {
        let finds = if matches!(patient, Patient::Sqlite(_)) { sqlite } else { postgres };
        all.push(check.ended(patient.column(*finds).await?));
    }
    Ok(all)
}

const LOST_EVENT: &str = "take the event back from a backup, or delete the row: stop the host before";

const RULES: &[Rule] = &[
    rule(
        "delivery_event",
        "the event of each delivery is there",
        "SELECT 'delivery ' || d.id || ' for ' || d.plugin || ' waits with event ' || coalesce(CAST(d.event AS TEXT), 'none')
         FROM delivery d LEFT JOIN event e ON e.id = d.event LEFT JOIN audit a ON a.id = d.event
         WHERE d.payload IS NULL AND (e.id IS NULL OR a.id IS NULL)",
        LOST_EVENT,
    ),
    rule(
        "dead_letter_event",
        "the event of each dead letter is there",
        "SELECT 'dead letter ' || d.id || ' for ' || d.plugin || ' waits with event ' || coalesce(CAST(d.event AS TEXT), 'none')
         FROM dead_delivery d LEFT JOIN event e ON e.id = d.event LEFT JOIN audit a ON a.id = d.event
         WHERE d.payload IS NULL AND (e.id IS NULL OR a.id IS NULL)",
        LOST_EVENT,
    ),
    rule(
        "message_event",
        "the event and the webhook of each message are there",
        "SELECT 'message ' || o.id || ' to webhook ' || o.webhook || ' tells of event ' || o.event
         FROM outbox o LEFT JOIN event e ON e.id = o.event LEFT JOIN audit a ON a.id = o.event
           LEFT JOIN webhook w ON w.id = o.webhook
         WHERE e.id IS NULL OR a.id IS NULL OR w.id IS NULL",
        LOST_EVENT,
    ),
    rule(
        "event_audit",
        "each event has its audit entry",
        "SELECT 'event ' || e.id FROM event e LEFT JOIN audit a ON a.id = e.id WHERE a.id IS NULL",
        "restore the last backup: somebody has changed the history beside the host",
    ),
    rule(
        "lanes",
        "of each lane the head, and nothing else, is ready",
        "SELECT 'lane ' || lane || ' of ' || plugin || ': ' || sum(ready) || ' of ' || count(*) || ' deliveries are ready'
         FROM delivery GROUP BY plugin, lane
         HAVING sum(ready) <> 1 OR min(CASE ready WHEN 1 THEN id END) <> min(id)",
        "stop the hosts, set `ready` to 1 for the delivery with the lowest id of the lane and to 0 for the others",
    ),
    Rule {
        check: Check {
            name: "leases",
            holds: "what a host has taken belongs to a host that there is",
            remedy: "hosts take such things back within 20 seconds: look again, and restart a host where it stays so",
        },
        finds: [
            "SELECT 'deliveries and messages are taken by ' || count(DISTINCT lease) || ' hosts, and one works on a file'
             FROM (SELECT lease FROM delivery UNION SELECT lease FROM outbox) t HAVING count(DISTINCT lease) > 1",
            "SELECT what || ' ' || id || ' is taken by a host that nobody knows'
             FROM (SELECT 'delivery' AS what, id, lease FROM delivery UNION ALL SELECT 'message', id, lease FROM outbox) t
             WHERE lease IS NOT NULL AND NOT EXISTS (SELECT 1 FROM node n WHERE n.token = lease)
               AND EXISTS (SELECT 1 FROM node n WHERE n.seen_at > clock_timestamp() - interval '15 seconds')",
        ],
    },
    rule(
        "numbers",
        "the numbers of each kind go from 1 to the last without a gap",
        "SELECT r.kind || ': ' || count(r.number) || ' numbers up to ' || coalesce(max(r.number), 0)
             || ', and ' || coalesce(max(c.value), 0) || ' were given'
         FROM record r LEFT JOIN counter c ON c.name = r.kind WHERE r.number IS NOT NULL GROUP BY r.kind
         HAVING count(r.number) <> max(r.number) OR max(r.number) <> coalesce(max(c.value), 0)",
        "look in the audit for records that are missing, and take them back from a backup",
    ),
    rule(
        "counters",
        "the counters of entries and deliveries are not behind them",
        "SELECT 'counter ' || n.name || ' is at ' || coalesce(c.value, 0) || ', and ' || n.last || ' is there'
         FROM (SELECT 'audit' AS name, max(id) AS last FROM audit UNION ALL
               SELECT 'delivery', max(id) FROM (SELECT id FROM delivery UNION ALL SELECT id FROM dead_delivery) d UNION ALL
               SELECT 'record_text', max(number) FROM record_text) n
         LEFT JOIN counter c ON c.name = n.name WHERE n.last > coalesce(c.value, 0)",
        "stop the hosts, and set the counter to what is there: new rows would take numbers that others have",
    ),
    rule(
        "versions",
        "no record is behind its own audit",
        "SELECT r.kind || ' ' || r.id || ' is at version ' || r.version || ', its audit at ' || max(a.version)
         FROM record r JOIN audit a ON a.record = r.id GROUP BY r.kind, r.id, r.version HAVING max(a.version) > r.version",
        "take the record back from a backup: the audit says what is missing since",
    ),
    rule(
        "gates",
        "nobody is being erased and no audit is expiring: both stand there within one transaction only",
        "SELECT 'erasing: record ' || record FROM erasing UNION ALL SELECT 'expiring: before ' || before FROM expiring",
        "delete these rows: as long as they stand there the audit can be changed",
    ),
    rule(
        "journals",
        "each journal has its run",
        "SELECT 'the journal of run ' || j.run FROM run_journal j LEFT JOIN run r ON r.id = j.run WHERE r.id IS NULL",
        "nothing: it goes by itself with the next hour's sweep",
    ),
    rule(
        "plugins",
        "what waits is for plugins that are installed",
        "SELECT t.what || ' of ' || t.plugin || ', which is not installed' FROM
           (SELECT 'timer ' || key AS what, plugin FROM timer UNION ALL SELECT 'delivery ' || id, plugin FROM delivery) t
         WHERE NOT EXISTS (SELECT 1 FROM plugin p WHERE p.name = t.plugin)",
        "install the plugin again, or delete the rows",
    ),
    rule(
        "releases",
        "the component of each release is there",
        "SELECT 'release ' || r.digest || ' of ' || r.plugin FROM
           (SELECT name AS plugin, release AS digest FROM plugin UNION SELECT plugin, digest FROM plugin_release) r
         WHERE NOT EXISTS (SELECT 1 FROM release c WHERE c.digest = r.digest)",
        "upload the same component again: `takt plugin install FILE`",
    ),
    rule(
        "people",
        "passwords, sessions and tokens are those of users that there are",
        "SELECT t.what || ' of user ' || t.person FROM (SELECT 'password' AS what, \"user\" AS person FROM password
           UNION ALL SELECT 'session', \"user\" FROM session UNION ALL SELECT 'token ' || name, \"user\" FROM token
           UNION ALL SELECT 'second factor', \"user\" FROM second_factor) t
         WHERE t.person IS NOT NULL AND NOT EXISTS (SELECT 1 FROM record r WHERE r.id = t.person AND r.kind = 'user')",
        "delete the rows: nobody can use them",
    ),
    rule(
        "about",
        "files and links of papers are those of records that there are",
        "SELECT t.what || ' of ' || t.kind || ' ' || t.record FROM
           (SELECT 'file ' || name AS what, kind, record FROM attachment
            UNION ALL SELECT 'link ' || id, kind, record FROM link) t
         WHERE NOT EXISTS (SELECT 1 FROM record r WHERE r.id = t.record)",
        "delete the rows, or take the record back from a backup",
    ),
];
