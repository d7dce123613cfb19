//! Every entry that takes bytes from outside, given real input that chance has damaged: whatever comes, the host refuses
//! or takes it, and goes on. `TAKT_FUZZ_CASES` says how many for each; the seed is told, and `TAKT_FUZZ_SEED` repeats it.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::{Value, json};

use crate::s2::path;
use crate::support::guest::Guest;
use crate::support::house::House;
use crate::support::native::subscribed;
use crate::support::person::{Answer, send};
use crate::telephony::{post_signed, secret};

const MAIL: &str = "From: Karl Kunde <karl@kunde.example>\r\nTo: sales@nordlicht.example\r\nSubject: =?utf-8?B?0IE=?=\r\n\
    Message-ID: <k1@kunde.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n\
    Content-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=D0=81 Chairs\r\n--b\r\n\
    Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n\
    UID:01a21d8e-3c21-708b-b0ec-02f32cddc8c7@takt\r\nDTSTAMP:20260302T090000Z\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:k@x.y\r\n\
    END:VEVENT\r\nEND:VCALENDAR\r\n--b--\r\n";
const CALL: &str = r#"{"call": "pbx-1", "event": "ended", "direction": "in", "phone": "030 901820", "line": "+49 30 123456",
    "at": "2026-03-02T08:50:00Z", "duration": 90}"#;
const PATCH: &str =
    r#"{"title": "Ёлка", "amount": {"minor": 123400, "currency": "EUR"}, "custom": {"a": [1, {"b": null}]}}"#;
const FILTERS: &str =
    "status=new,processing&created_at=gte:2026-01-01T00:00:00Z&q=chairs&sort=-created_at&limit=20&owner=null";
const CONDITION: &str =
    "after.amount.minor > 1000 && after.source in ['web', 'phone'] && size(after.title) < 20 || !has(before.x)";
const BATCH: &str = r#"{"operations": [{"method": "POST", "kind": "lead", "fields": {"title": "Chairs"}},
    {"method": "PATCH", "kind": "lead", "id": "01a21d8e-3c21-708b-b0ec-02f32cddc8c7", "fields": {"title": null}}]}"#;

/// Chance that can be repeated: xorshift64*.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(drawn).unwrap() % most.max(1)
    }

    /// What is left of real input after a few accidents.
    fn damage(&mut self, seed: &[u8]) -> Vec<u8> {
        const ODD: [&[u8]; 10] = [
            b"\0",
            b"\xff\xfe",
            b"{{{{",
            b"]]]]",
            b"\"",
            b"\r\n\r\n",
            b"%00",
            b"9999999999999999999",
            b"-",
            "💥".as_bytes(),
        ];
        let mut bytes = seed.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            match self.below(6) {
                0 if !bytes.is_empty() => bytes[at] ^= 1 << self.below(8),
                1 => bytes.truncate(at),
                2 => drop(bytes.splice(at..at, ODD[self.below(ODD.len())].iter().copied())),
                3 => {
                    let end = (at + self.below(40)).min(bytes.len());
                    bytes.drain(at..end);
                }
                4 => {
                    let end = (at + self.below(200)).min(bytes.len());
                    let part = bytes[at..end].to_vec();
                    let to = self.below(bytes.len());
                    bytes.splice(to..to, part);
                }
                _ => {
                    let byte = bytes.get(at).copied().unwrap_or(b'[');
                    bytes.splice(at..at, std::iter::repeat_n(byte, self.below(3_000)));
                }
            }
        }
        bytes
    }
}

/// One entry: what it is given whole, and how that is sent.
struct Entry {
    name: &'static str,
    seed: Vec<u8>,
    way: Way,
}

enum Way {
    /// A request of an admin's, with the bytes as its body.
    Body { method: Method, path: String, media: &'static str },
    /// The filters of a listing: bytes that no URL may have are escaped.
    Filters,
    /// An admin's condition, as text in JSON.
    Condition,
    /// The body of an outside system, rightly signed.
    Hook { path: &'static str, secret: String },
    /// The signature of one.
    Signature,
}

impl Way {
    async fn send(&self, house: &House, bytes: Vec<u8>, nth: u64) -> Answer {
        match self {
            Self::Body { method, path, media } => {
                send(house.ada.request(method.clone(), path).header("content-type", *media).body(bytes)).await
            }
            Self::Filters => {
                let escape = |byte: &u8| match byte {
                    b'!'..=b'~' if *byte != b'#' => char::from(*byte).to_string(),
                    other => format!("%{other:02X}"),
                };
                let query: String = bytes.iter().take(4_000).map(escape).collect();
                house.ada.get(&format!("/api/v1/leads?{query}")).await
            }
            Self::Condition => {
                let condition = String::from_utf8_lossy(&bytes);
                house.ada.put("/api/v1/plugins/fuzzed/condition", json!({"condition": condition})).await
            }
            Self::Hook { path, secret } => post_signed(house, path, secret, &format!("{path}{nth}"), bytes, 0).await,
            Self::Signature => {
                let request = house.ada.request(Method::POST, "/hooks/telephony").body(CALL).header("webhook-id", "x");
                let mut request = request.header("webhook-timestamp", "1772442000");
                if let Ok(signature) = HeaderValue::from_bytes(&bytes) {
                    request = request.header("webhook-signature", signature);
                }
                send(request).await
            }
        }
    }
}

async fn entries(house: &House) -> Vec<Entry> {
    let component = Guest::new(subscribed("fuzzed", &["lead.created"])).component();
    let request = house.ada.request(Method::POST, "/api/v1/plugins").header("content-type", "application/wasm");
    send(request.body(component.clone())).await.ok();
    let lead = house.ada.post("/api/v1/leads", json!({"title": "Chairs"})).await.ok();
    let body = |method, path: &str, media| Way::Body { method, path: path.to_owned(), media };
    let hook = async |path, system| Way::Hook { path, secret: secret(house, system, 0).await };
    let (json, wasm, merge) = ("application/json", "application/wasm", "application/merge-patch+json");
    let entry = |name, seed: &[u8], way| Entry { name, seed: seed.to_vec(), way };
    let config = br#"{"department": "sales", "after": "15m"}"#;
    let signature = b"v1,bm8= v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=";
    vec![
        entry("component", &component, body(Method::POST, "/api/v1/plugins", wasm)),
        entry("merge patch", PATCH.as_bytes(), body(Method::PATCH, &path("leads", &lead), merge)),
        entry("new record", PATCH.as_bytes(), body(Method::POST, "/api/v1/leads", json)),
        entry("batch", BATCH.as_bytes(), body(Method::POST, "/api/v1/batch", json)),
        entry("configuration", config, body(Method::PUT, "/api/v1/plugins/fuzzed/config", json)),
        entry("filters", FILTERS.as_bytes(), Way::Filters),
        entry("condition", CONDITION.as_bytes(), Way::Condition),
        entry("mail", MAIL.as_bytes(), hook("/hooks/mail", "mail").await),
        entry("call", CALL.as_bytes(), hook("/hooks/telephony", "telephony").await),
        entry("signature", signature, Way::Signature),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_comes_is_refused_or_taken_and_the_host_goes_on() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let cases = number("TAKT_FUZZ_CASES").unwrap_or(60);
    let seed = number("TAKT_FUZZ_SEED").unwrap_or_else(|| RandomState::new().build_hasher().finish()) | 1;
    eprintln!("TAKT_FUZZ_SEED={seed}");
    let house = House::bare().await;
    let mut chance = Chance(seed);
    for entry in entries(&house).await {
        let mut refused = 0;
        for nth in 0..cases {
            let bytes = chance.damage(&entry.seed);
            let answer = entry.way.send(&house, bytes.clone(), nth).await;
            let shown = String::from_utf8_lossy(&bytes);
            assert!(answer.status < 500, "seed {seed}, {} {nth}: {shown:?} was answered with {answer:#?}", entry.name);
            if answer.status >= 400 {
                refused += 1;
                assert!(answer.body["code"].is_string(), "{}: {shown:?} was refused by {answer:#?}", entry.name);
            }
        }
        assert!(refused > 0, "{}: none of it was damaged", entry.name);
        house.settle().await;
        assert_ne!(house.ada.get("/api/v1/me").await.body, Value::Null, "the host goes on");
    }
}
