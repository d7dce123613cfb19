//! Steps 1 to 3: the offer, who gets the lead, and what the head hears.

use futures::future::join_all;
use serde_json::json;

use crate::support::house::House;
use crate::support::person::items;

#[tokio::test(flavor = "multi_thread")]
async fn s1_1_everybody_who_is_there_is_offered_the_lead() {
    let house = House::open().await;
    let dora = house.colleague("Dora Lang").await;
    house.user(&house.clara, json!({"present": false})).await;
    let lead = house.chairs().await;
    for person in [&house.anna, &house.boris, &house.helga, &dora] {
        let offer = person.last().await;
        assert_eq!(offer["about"], json!({"kind": "lead", "id": lead["id"]}), "{}", person.name);
        assert_eq!((&offer["open"], &offer["buttons"][0]["command"]), (&json!(true), &json!("accept")));
        assert_eq!(
            person.get(&format!("/api/v1/leads/{}", lead["id"].as_str().unwrap())).await.ok()["title"],
            "Chairs"
        );
    }
    house.ada.patch(&format!("/api/v1/users/{}", dora.id), json!({"active": false})).await.ok();
    house.lead(json!({"title": "Tables"})).await;
    assert_eq!(house.boris.titles().await, ["New lead 1 “Chairs”", "New lead 2 “Tables”"]);
    assert!(house.clara.titles().await.is_empty(), "she is absent");
    assert!(house.ada.titles().await.is_empty(), "she is of another department");
    let to_dora = items(house.ada.get(&format!("/api/v1/notifications?to={}", dora.id)).await);
    assert_eq!(to_dora.len(), 1, "she left before the second lead");
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_1_each_reads_it_in_their_own_language() {
    let house = House::open().await;
    house.lead(json!({"title": "Chairs", "name": "Karl Kunde", "source": "web", "message": "Twelve, please."})).await;
    let offer = house.anna.last().await;
    assert_eq!(offer["title"], "Новый лид 1 «Chairs»");
    assert_eq!(offer["body"], "От кого: Karl Kunde. Источник: web.\nTwelve, please.");
    assert_eq!(offer["buttons"][0]["label"], "Принять");
    for person in [&house.boris, &house.clara] {
        let offer = person.last().await;
        assert_eq!(offer["title"], "New lead 1 “Chairs”");
        assert_eq!(offer["body"], "From: Karl Kunde. Source: web.\nTwelve, please.");
        assert_eq!(offer["buttons"][0]["label"], "Accept");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_1_a_lead_with_an_owner_is_offered_to_nobody() {
    let house = House::open().await;
    house.lead(json!({"title": "Chairs", "owner": house.boris.id})).await;
    assert_eq!(house.boris.titles().await, ["Lead 1 “Chairs” is yours now"]);
    assert!(house.anna.titles().await.is_empty() && house.helga.titles().await.is_empty());
    assert_eq!(house.all("tasks").await[0]["assignee"], house.boris.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_1_the_department_and_the_words_are_the_admins() {
    let house = House::open().await;
    let texts = json!({"OFFER_TITLE": {"en": "Grab {lead}!"}});
    house.configure("lead-intake", json!({"department": "office", "texts": texts})).await;
    house.chairs().await;
    assert_eq!(house.ada.titles().await, ["Grab 1 “Chairs”!"]);
    assert!(house.boris.titles().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_2_first_accept_wins() {
    let house = House::open().await;
    let lead = house.chairs().await;
    let offer = house.anna.last().await;
    let pressed = house.anna.press(&offer, "accept").await.ok();
    assert_eq!(pressed["reply"]["message"], "Лид 1 «Chairs» теперь ваш");
    assert_eq!(pressed["reply"]["open"], json!({"kind": "lead", "id": lead["id"]}));
    let taken = house.record("leads", &lead["id"]).await;
    assert_eq!((&lead["status"], &taken["status"]), (&json!("new"), &json!("in_progress")));
    assert_eq!(taken["owner"], house.anna.id);
    for person in [&house.boris, &house.clara] {
        let notice = person.last().await;
        assert_eq!((&notice["outcome"], &notice["buttons"]), (&json!("Taken by Anna Petrova"), &json!([])));
        assert_eq!(notice["open"], false);
    }
    assert_eq!(house.anna.last().await["outcome"], "Лид взят: Anna Petrova");
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_2_too_late_and_twice_are_refused_and_change_nothing() {
    let house = House::open().await;
    let lead = house.chairs().await;
    let (hers, his) = (house.anna.last().await, house.boris.last().await);
    house.anna.press(&hers, "accept").await.ok();
    house.settle().await;
    let path = format!("/api/v1/leads/{}", lead["id"].as_str().unwrap());
    let (before, tasks) = (house.ada.get(&path).await, house.all("tasks").await);
    let inboxes = || async { [house.anna.inbox().await, house.boris.inbox().await, house.helga.inbox().await] };
    let notices = inboxes().await;

    let late = house.boris.press(&his, "accept").await.problem(409, "notification_settled");
    assert_eq!(late["detail"], "Taken by Anna Petrova");
    let twice = house.anna.press(&hers, "accept").await.problem(409, "notification_settled");
    assert_eq!(twice["detail"], "Лид взят: Anna Petrova");
    let on_record = format!("{path}/commands/accept");
    let late = house.helga.post(&on_record, json!({})).await.problem(409, "refused");
    assert_eq!(late["detail"], "Anna Petrova already took this lead");
    let twice = house.anna.post(&on_record, json!({})).await.problem(409, "refused");
    assert_eq!(twice["detail"], "Вы уже взяли этот лид");
    house.boris.post(&on_record, json!({})).await.problem(404, "not_found");

    house.settle().await;
    assert_eq!(house.ada.get(&path).await.etag(), before.etag());
    assert_eq!(house.all("tasks").await, tasks);
    assert_eq!(inboxes().await, notices);
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_2_fifty_press_at_the_same_moment_and_one_wins() {
    let house = House::open().await;
    let mut people = vec![house.anna.clone(), house.boris.clone(), house.clara.clone()];
    for n in 4..=50 {
        people.push(house.colleague(&format!("Colleague {n}")).await);
    }
    let lead = house.chairs().await;
    let offers = join_all(people.iter().map(|person| person.last())).await;
    let answers = join_all(people.iter().zip(&offers).map(|(person, offer)| person.press(offer, "accept"))).await;

    let winners: Vec<usize> = (0..50).filter(|at| answers[*at].status == 200).collect();
    assert_eq!(winners.len(), 1, "{winners:?}");
    let winner = &people[winners[0]];
    for (at, answer) in answers.into_iter().enumerate().filter(|(at, _)| *at != winners[0]) {
        let refused = answer.problem(409, "notification_settled");
        assert!(refused["detail"].as_str().unwrap().contains(&winner.name), "{}: {refused}", people[at].name);
    }
    house.settle().await;
    let taken = house.record("leads", &lead["id"]).await;
    assert_eq!((&taken["owner"], &taken["status"]), (&json!(winner.id), &json!("in_progress")));
    assert_eq!(taken["version"], 2, "it was changed once");
    let tasks = house.all("tasks").await;
    assert_eq!((tasks.len(), &tasks[0]["assignee"]), (1, &json!(winner.id)));
    for person in &people {
        assert!(person.last().await["outcome"].as_str().unwrap().contains(&winner.name));
    }
    let told = house.helga.titles().await;
    assert_eq!(told.last().unwrap(), &format!("{} took lead 1 “Chairs”", winner.name));
    house.all_is_well().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_3_the_head_is_told_who_took_it_and_after_how_long() {
    let house = House::open().await;
    house.chairs().await;
    let offer = house.anna.last().await;
    house.advance(5).await;
    house.anna.press(&offer, "accept").await.ok();
    house.settle().await;
    let told = house.helga.last().await;
    assert_eq!(told["title"], "Anna Petrova took lead 1 “Chairs”");
    assert_eq!(told["body"], "Time to accept: 5 minutes");
    assert_eq!(house.helga.titles().await.len(), 2, "the offer, and this");
}

#[tokio::test(flavor = "multi_thread")]
async fn s1_3_taken_by_hand_is_as_good_as_accepted() {
    let house = House::open().await;
    let lead = house.chairs().await;
    let path = format!("/api/v1/leads/{}", lead["id"].as_str().unwrap());
    house.helga.patch(&path, json!({"owner": house.boris.id, "status": "in_progress"})).await.ok();
    house.settle().await;
    assert_eq!(house.helga.last().await["title"], "Boris Weber took lead 1 “Chairs”");
    assert_eq!(house.clara.last().await["outcome"], "Taken by Boris Weber");
    let told = house.boris.last().await;
    assert_eq!(
        (&told["title"], &told["body"]),
        (&json!("Lead 1 “Chairs” is yours now"), &json!("Given by: Helga Brandt"))
    );
    house.all_is_well().await;
}
