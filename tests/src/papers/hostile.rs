//! Templates that loop, eat memory, or reach for what is not theirs.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{Pdf, path, template, tried};
use crate::support::house::House;

/// After whatever happened, a paper is made as ever.
async fn is_well(house: &House) {
    let good = template(house, "Всё хорошо").await;
    Pdf::post(&house.ada, &format!("{}/preview", path("templates", &good)), json!({})).await.says("Всё хорошо");
    assert_eq!(house.ada.get("/health/ready").await.status, 200);
}

#[tokio::test]
async fn a_loop_is_stopped() {
    let house = House::with_papers_within(Duration::from_secs(4)).await;
    // Typst ends a plain endless loop by itself; this one stays below its count, in every one of its rounds.
    let looping =
        "#let f(n) = { for i in range(100000) { for j in range(100000) { if i * j == -1 { panic() } } } }\n#f(1)";
    let looping = template(&house, looping).await;
    is_well(&house).await;
    let begun = Instant::now();
    tried(&house, &looping).await.problem(422, "template_too_slow");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    is_well(&house).await;
    let endless = template(&house, "#while true { }").await;
    tried(&house, &endless).await.problem(422, "bad_template");
}

#[tokio::test]
async fn a_glutton_is_stopped() {
    let house = House::bare().await;
    is_well(&house).await;
    let doubled = "#let x = bytes((0,) * 1000)\n#for i in range(40) { x = x + x }\n#x.len()";
    for source in ["#let x = \"a\" * 20000000000\n#x", "#let x = (0,) * 1000000000\n#x.len()", doubled] {
        let glutton = template(&house, source).await;
        tried(&house, &glutton).await.problem(422, "template_too_large");
        is_well(&house).await;
    }
}

#[tokio::test]
async fn nothing_but_the_papers_own_files_is_read() {
    let house = House::bare().await;
    for source in [
        "#read(\"/etc/passwd\")",
        "#read(\"../../../../etc/passwd\")",
        "#image(\"/proc/self/environ\")",
        "#import \"@preview/tablex:0.0.8\": *",
        "#include \"/etc/hostname\"",
        "#json(\"file:///etc/passwd\")",
    ] {
        let curious = template(&house, source).await;
        let told = tried(&house, &curious).await.problem(422, "bad_template");
        assert_eq!(told["faults"][0]["line"], 1, "{source}: {told}");
        assert!(!told.to_string().contains("root:"), "{told}");
    }
    is_well(&house).await;
}
