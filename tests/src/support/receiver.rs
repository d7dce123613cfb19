//! An HTTP server on loopback that keeps what it is posted, and answers what it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use takt::config::{Secret, Settings};
use tokio::sync::mpsc;

/// What signs the text messages that come in.
pub const SMS_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What came in.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub path: String,
    pub headers: HeaderMap,
    pub body: String,
}

/// A receiver: answers what it is told, 200 when it is told nothing.
pub struct Receiver {
    /// Where it takes webhooks; it answers at every other path as well.
    pub url: String,
    pub answers: Arc<Mutex<VecDeque<StatusCode>>>,
    arrived: mpsc::UnboundedReceiver<Arrived>,
}

type Inside = (Arc<Mutex<VecDeque<StatusCode>>>, mpsc::UnboundedSender<Arrived>);

impl Receiver {
    pub async fn open(answers: &[u16]) -> Self {
        let answers: VecDeque<_> = answers.iter().map(|code| StatusCode::from_u16(*code).unwrap()).collect();
        let answers = Arc::new(Mutex::new(answers));
        let (tell, arrived) = mpsc::unbounded_channel();
        let receive = |State((answers, tell)): State<Inside>, uri: Uri, headers: HeaderMap, body: Bytes| async move {
            let (path, body) = (uri.path().to_owned(), String::from_utf8(body.to_vec()).unwrap());
            tell.send(Arrived { path, headers, body }).unwrap();
            let status = answers.lock().unwrap().pop_front().unwrap_or(StatusCode::OK);
            // What the Bot API says (https://core.telegram.org/bots/api#making-requests); others look at the status.
            let told = json!({"ok": status.is_success(), "description": format!("answered {status}")});
            (status, told.to_string())
        };
        let router = Router::new().fallback(receive).with_state((answers.clone(), tell));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, answers, arrived }
    }

    /// Settings by which a host sends its text messages here.
    pub fn sms_settings(&self) -> impl Fn(&mut Settings) + use<> {
        let url = self.url.clone();
        move |settings| {
            settings.sms_url = url.clone();
            settings.sms_secret = Secret(SMS_SECRET.to_owned());
        }
    }

    pub async fn next(&mut self) -> Arrived {
        tokio::time::timeout(Duration::from_secs(30), self.arrived.recv()).await.expect("something arrives").unwrap()
    }

    /// Nothing more has come. Only after something that comes later is known to have come.
    pub fn nothing_more(&mut self) {
        assert!(self.arrived.try_recv().is_err());
    }
}

impl Arrived {
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    pub fn id(&self) -> &str {
        self.header("webhook-id")
    }

    pub fn event(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// How many of the signatures are right for that secret.
    pub fn signed_by(&self, secret: &str) -> usize {
        let signed = format!("{}.{}.{}", self.id(), self.header("webhook-timestamp"), self.body);
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(signed.as_bytes());
        let right = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.header("webhook-signature").split(' ').filter(|signature| *signature == right).count()
    }
}
