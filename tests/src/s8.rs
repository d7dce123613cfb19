//! S8 `calendar`: meetings, from the free time to the reminder.

use mail_parser::{MessageParser, MimeHeaders as _};
use reqwest::Method;
use serde_json::{Value, json};

use crate::s2::path;
use crate::support::house::House;
use crate::support::smtp::{Mail, MailServer};
use crate::telephony::{post_signed, secret};

/// Helga invites Anna, Boris and a client: on Wednesday at 15:00 in Berlin.
async fn meeting(house: &House, more: Value) -> Value {
    let mut fields = json!({"title": "Plans", "place": "Room 1", "organiser": house.helga.id,
        "starts_at": "2026-03-04T14:00:00Z", "ends_at": "2026-03-04T15:00:00Z",
        "participants": [{"user": house.anna.id}, {"user": house.boris.id},
            {"email": "karl@kunde.example", "name": "Karl"}]});
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let made = house.helga.post("/api/v1/meetings", fields).await.ok();
    house.settle().await;
    house.record("meetings", &made["id"]).await
}

async fn change(house: &House, meeting: &Value, by: Value) {
    house.helga.patch(&path("meetings", meeting), by).await.ok();
    house.settle().await;
}

async fn connected(server: &MailServer) -> House {
    House::set_up(&["calendar"], server.settings()).await
}

/// The calendar file of a mail, lines unfolded, and what its media type says of the method.
fn invitation(mail: &Mail) -> (String, String) {
    let parsed = MessageParser::default().parse(&mail.raw).unwrap();
    let file = parsed.attachment(0).unwrap();
    let kind = file.content_type().unwrap();
    assert_eq!((kind.ctype(), kind.subtype()), ("text", Some("calendar")));
    let text = String::from_utf8(file.contents().to_vec()).unwrap().replace("\r\n ", "");
    (kind.attribute("method").unwrap().to_owned(), text)
}

#[track_caller]
fn has_lines(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|found| found == *line), "`{line}` is not in:\n{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_1_a_meeting_may_recur_and_stands_on_a_record() {
    let house = House::bare().await;
    let deal = json!({"title": "Chairs", "pipeline": house.company.pipeline, "stage": "new", "owner": house.helga.id});
    let deal = house.helga.post("/api/v1/deals", deal).await.ok();
    let about = json!({"kind": "deal", "id": deal["id"]});
    let recurring = meeting(&house, json!({"recurrence": "FREQ=WEEKLY;COUNT=10", "about": about})).await;
    assert_eq!((&recurring["recurrence"], &recurring["about"]), (&json!("FREQ=WEEKLY;COUNT=10"), &about));
    let draft = json!({"title": "x", "organiser": house.helga.id, "starts_at": "2026-03-04T15:00:00Z",
        "ends_at": "2026-03-04T14:00:00Z", "recurrence": "FREQ=SOMETIMES"});
    house.helga.post("/api/v1/meetings", draft).await.names(&["/ends_at", "/recurrence"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_2_the_planner_says_who_is_busy_and_proposes_free_times() {
    let house = House::bare().await;
    meeting(&house, json!({})).await;
    let absence = json!([{"from": "2026-03-05T00:00:00Z", "to": "2026-03-06T00:00:00Z"}]);
    house.ada.patch(&format!("/api/v1/users/{}", house.anna.id), json!({"absences": absence})).await.ok();
    let asked = json!({"users": [house.anna.id, house.helga.id], "from": "2026-03-04T13:00:00Z",
        "to": "2026-03-07T00:00:00Z", "minutes": 120, "slots": 3});
    let found = house.clara.post("/api/v1/availability", asked).await.ok();
    let spans: Vec<(&str, &str)> = found["slots"]
        .as_array()
        .unwrap()
        .iter()
        .map(|slot| (slot["from"].as_str().unwrap(), slot["to"].as_str().unwrap()))
        .collect();
    // Wednesday 16:00 to 18:00 in Berlin after the meeting; Thursday is Anna's; Friday from 9 on.
    assert_eq!(spans[0], ("2026-03-04T15:00:00.000000Z", "2026-03-04T17:00:00.000000Z"));
    assert!(spans[1].0 >= "2026-03-06T08:00:00", "{spans:?}");
    let busy = &found["users"][1];
    assert_eq!(busy["user"], house.helga.id);
    let at_the_meeting = |span: &&Value| {
        (&span["from"], &span["to"]) == (&json!("2026-03-04T14:00:00.000000Z"), &json!("2026-03-04T15:00:00.000000Z"))
    };
    assert!(busy["busy"].as_array().unwrap().iter().any(|span| at_the_meeting(&span)), "{busy}");
    assert!(!found.to_string().contains("Plans"), "what keeps somebody is not told");
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_2_a_calendar_shows_each_time_of_what_recurs() {
    let house = House::bare().await;
    let weekly = meeting(&house, json!({"recurrence": "FREQ=WEEKLY;COUNT=5", "time_zone": "Europe/Berlin"})).await;
    let once = json!({"title": "Once", "starts_at": "2026-03-31T08:00:00Z", "ends_at": "2026-03-31T09:00:00Z",
        "participants": [{"user": house.anna.id, "answer": "declined"}]});
    let once = meeting(&house, once).await;
    meeting(&house, json!({"title": "Off", "status": "cancelled"})).await;
    // The clocks go forward on the 29th: 15:00 in Berlin is an hour earlier in UTC.
    let asked = "/api/v1/occurrences?from=2026-03-20T00:00:00Z&to=2026-04-03T00:00:00Z";
    let found = house.clara.get(asked).await.ok();
    let times: Vec<(&Value, &Value)> =
        found["items"].as_array().unwrap().iter().map(|item| (&item["meeting"], &item["from"])).collect();
    let expected = [
        (&weekly["id"], &json!("2026-03-25T14:00:00.000000Z")),
        (&once["id"], &json!("2026-03-31T08:00:00.000000Z")),
        (&weekly["id"], &json!("2026-04-01T13:00:00.000000Z")),
    ];
    assert_eq!(times, expected);
    let titles: Vec<&Value> = found["meetings"].as_array().unwrap().iter().map(|record| &record["title"]).collect();
    assert_eq!(titles, ["Plans", "Once"], "each meeting stands there once");
    let annas = house.clara.get(&format!("{asked}&user={}", house.anna.id)).await.ok();
    assert_eq!(annas["items"].as_array().unwrap().len(), 2, "what she has declined does not keep her");
    let wrong = |query: &str| format!("/api/v1/occurrences?{query}");
    house.clara.get(&wrong("from=2026-03-20T00:00:00Z")).await.names(&["/to"]);
    house.clara.get(&wrong("from=noon&to=2026-03-20T00:00:00Z")).await.names(&["/from"]);
    house.clara.get(&wrong("from=2026-03-20T00:00:00Z&to=2026-03-20T00:00:00Z")).await.names(&["/to"]);
    house.clara.get(&wrong("from=2026-03-20T00:00:00Z&to=2028-03-20T00:00:00Z")).await.names(&["/to"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_3_users_answer_by_buttons_and_the_organiser_is_told() {
    let house = House::with(&["calendar"]).await;
    let meeting = meeting(&house, json!({})).await;
    assert!(house.helga.inbox().await.is_empty(), "who invites is not invited");
    let invitation = house.boris.last().await;
    assert_eq!(invitation["title"], "Helga Brandt invites you: 1 “Plans”");
    let buttons: Vec<&str> =
        invitation["buttons"].as_array().unwrap().iter().map(|button| button["label"].as_str().unwrap()).collect();
    assert_eq!(buttons, ["Accept", "Decline", "Tentative"]);
    house.boris.press(&invitation, "accept").await.ok();
    house.anna.press(&house.anna.last().await, "decline").await.ok();
    house.settle().await;
    let told = ["Boris Weber: accepted — 1 “Plans”", "Anna Petrova: declined — 1 “Plans”"];
    assert_eq!(house.helga.titles().await, told);
    let kept = house.record("meetings", &meeting["id"]).await;
    let answers: Vec<&Value> =
        kept["participants"].as_array().unwrap().iter().map(|participant| &participant["answer"]).collect();
    assert_eq!(answers, ["declined", "accepted", "pending"]);
    assert!(house.boris.last().await["buttons"].as_array().unwrap().is_empty());
    // Answered from the record as well; Clara is not invited.
    house.boris.post(&format!("{}/commands/tentative", path("meetings", &meeting)), json!({})).await.ok();
    house.settle().await;
    assert_eq!(house.helga.titles().await[2], "Boris Weber: tentative — 1 “Plans”");
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_3_outside_people_get_a_calendar_file() {
    let mut server = MailServer::open().await;
    let house = connected(&server).await;
    let recurring = meeting(&house, json!({"recurrence": "FREQ=WEEKLY;COUNT=5", "time_zone": "Europe/Berlin"})).await;
    let mail = server.next().await;
    assert_eq!(mail.to, ["karl@kunde.example"]);
    let (method, text) = invitation(&mail);
    assert_eq!(method, "REQUEST");
    let uid = format!("UID:{}", recurring["id"].as_str().unwrap());
    assert!(text.lines().any(|line| line.starts_with(&uid)), "{text}");
    has_lines(&text, &["METHOD:REQUEST", "SEQUENCE:0", "SUMMARY:Plans", "LOCATION:Room 1", "DTSTART:20260304T140000Z"]);
    // Every later time, the one after the clocks went forward an hour earlier in UTC.
    for time in ["20260311T140000Z", "20260318T140000Z", "20260325T140000Z", "20260401T130000Z"] {
        assert!(text.lines().any(|line| line.starts_with("RDATE") && line.contains(time)), "{time}: {text}");
    }
    change(&house, &recurring, json!({"place": "Room 2"})).await;
    let (_, text) = invitation(&server.next().await);
    has_lines(&text, &["METHOD:REQUEST", "SEQUENCE:1", "LOCATION:Room 2"]);
    change(&house, &recurring, json!({"status": "cancelled"})).await;
    let (method, text) = invitation(&server.next().await);
    assert_eq!(method, "CANCEL");
    has_lines(&text, &["METHOD:CANCEL", "SEQUENCE:2", "STATUS:CANCELLED"]);
    server.nothing_more();
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_3_outside_people_answer_by_mail() {
    let house = House::with(&["calendar"]).await;
    let meeting = meeting(&house, json!({})).await;
    let key = secret(&house, "mail", 0).await;
    let answer = async |id: &str, from: &str, sequence: u32, said: &str| {
        let calendar = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:{}@takt\r\nSEQUENCE:{sequence}\r\n\
            DTSTAMP:20260302T090000Z\r\nATTENDEE;PARTSTAT={said}:mailto:karl@kunde.example\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
            meeting["id"].as_str().unwrap()
        );
        let mail = format!(
            "From: {from}\r\nMessage-ID: <{id}@kunde.example>\r\nSubject: {said}\r\nMIME-Version: 1.0\r\n\
            Content-Type: multipart/alternative; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nKarl {said}\r\n\
            --x\r\nContent-Type: text/calendar; method=REPLY; charset=UTF-8\r\n\r\n{calendar}\r\n--x--\r\n"
        );
        let taken = post_signed(&house, "/hooks/mail", &key, id, mail.into_bytes(), 0).await;
        assert_eq!(taken.status, 204, "{taken:?}");
        house.settle().await;
        house.record("meetings", &meeting["id"]).await["participants"][2]["answer"].clone()
    };
    // Somebody else does not answer for him, and an answer to another state of the meeting is none.
    assert_eq!(answer("w1", "eve@kunde.example", 0, "ACCEPTED").await, "pending");
    assert_eq!(answer("w2", "karl@kunde.example", 1, "ACCEPTED").await, "pending");
    assert_eq!(answer("w3", "Karl <Karl@Kunde.example>", 0, "DECLINED").await, "declined");
    assert_eq!(house.helga.titles().await, ["Karl: declined — 1 “Plans”"]);
    assert!(house.all("leads").await.is_empty(), "an answer is no request");
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_4_reminders_go_to_who_has_not_declined_and_move_along() {
    let house = House::with(&["calendar"]).await;
    let meeting = meeting(&house, json!({})).await;
    house.anna.press(&house.anna.last().await, "decline").await.ok();
    house.settle().await;
    let reminders = async |person: &crate::support::person::Person| {
        let titles = person.titles().await;
        titles.into_iter().filter(|title| title.contains("begins in")).collect::<Vec<_>>()
    };
    house.advance_to("2026-03-03T14:00:00Z").await;
    assert_eq!(reminders(&house.boris).await, ["1 “Plans” begins in 1 day"]);
    assert_eq!(reminders(&house.helga).await, ["1 “Plans” begins in 1 day"]);
    // An hour later: so does the second reminder come.
    change(&house, &meeting, json!({"starts_at": "2026-03-04T15:00:00Z", "ends_at": "2026-03-04T16:00:00Z"})).await;
    assert!(house.boris.titles().await.contains(&"Moved: 1 “Plans”".to_owned()));
    house.advance_to("2026-03-04T14:44:00Z").await;
    // A day before the new time is reminded of again: it is another time.
    assert_eq!(reminders(&house.boris).await.len(), 2);
    house.advance_to("2026-03-04T14:45:00Z").await;
    assert_eq!(reminders(&house.boris).await[2], "1 “Plans” begins in 15 minutes");
    assert!(reminders(&house.anna).await.is_empty());
    assert!(house.timers("calendar").await.is_empty());
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_4_a_meeting_that_is_off_reminds_nobody() {
    let house = House::with(&["calendar"]).await;
    let cancelled = meeting(&house, json!({})).await;
    change(&house, &cancelled, json!({"status": "cancelled"})).await;
    assert_eq!(house.boris.last().await["title"], "Cancelled: 1 “Plans”");
    let deleted = meeting(&house, json!({})).await;
    assert_eq!(house.timers("calendar").await.len(), 2);
    house.helga.delete(&path("meetings", &deleted)).await.ok();
    house.settle().await;
    assert!(house.timers("calendar").await.is_empty());
    let invitation = &house.boris.inbox().await[0];
    assert_eq!((&invitation["outcome"], &invitation["buttons"]), (&json!("The meeting is cancelled"), &json!([])));
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s8_5_a_feed_to_subscribe_to_until_it_is_called_back() {
    let house = House::bare().await;
    meeting(&house, json!({})).await;
    let url = house.boris.post("/api/v1/calendar_feed", json!({})).await.ok()["url"].as_str().unwrap().to_owned();
    let feed = async |url: &str| {
        let answer = reqwest::get(house.address() + url).await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap().replace("\r\n ", ""))
    };
    let (status, text) = feed(&url).await;
    assert_eq!(status, 200);
    has_lines(&text, &["BEGIN:VCALENDAR", "SUMMARY:Plans", "DTSTART:20260304T140000Z"]);
    // A new address takes the place of the old one; then there is none.
    let second = house.boris.post("/api/v1/calendar_feed", json!({})).await.ok()["url"].as_str().unwrap().to_owned();
    assert_eq!((feed(&url).await.0, feed(&second).await.0), (404, 200));
    house.boris.request(Method::DELETE, "/api/v1/calendar_feed").send().await.unwrap();
    assert_eq!(feed(&second).await.0, 404);
    house.form.post("/api/v1/calendar_feed", json!({})).await.problem(403, "forbidden");
}
