//! Somebody who uses the API: a person with a session, or a program with a token.

use std::sync::{Arc, PoisonError, RwLock};

use reqwest::header::{AUTHORIZATION, COOKIE, HeaderMap};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

/// Where the server listens: it moves when the server is started again.
pub type Base = Arc<RwLock<String>>;

#[derive(Clone)]
pub struct Person {
    /// The user's id; empty for a program of its own.
    pub id: String,
    /// What the user is called.
    pub name: String,
    http: Client,
    base: Base,
    key: (reqwest::header::HeaderName, String),
}

impl Person {
    /// Signs in over HTTP.
    pub async fn sign_in(base: &Base, email: &str, password: &str) -> Self {
        let http = Client::new();
        let url = format!("{}/api/v1/session", base.read().unwrap());
        let sent = http.post(url).json(&json!({"email": email, "password": password})).send().await.unwrap();
        let answer = Answer::of(sent).await;
        let cookie = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let user = answer.ok()["user"].clone();
        let text = |field: &str| user[field].as_str().unwrap().to_owned();
        Self { id: text("id"), name: text("name"), http, base: base.clone(), key: (COOKIE, cookie) }
    }

    /// A program with that token, or what acts with it for a user.
    pub fn with_token(base: &Base, secret: &str, id: &str, name: &str) -> Self {
        let key = (AUTHORIZATION, format!("Bearer {secret}"));
        Self { id: id.to_owned(), name: name.to_owned(), http: Client::new(), base: base.clone(), key }
    }

    /// A request that this person makes, to be filled in and sent.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let base = self.base.read().unwrap_or_else(PoisonError::into_inner).clone();
        self.http.request(method, base + path).header(self.key.0.clone(), &self.key.1)
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::PUT, path).json(&body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::PATCH, path).json(&body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }

    /// The inbox, newest first.
    pub async fn inbox(&self) -> Vec<Value> {
        items(self.get("/api/v1/inbox?limit=200").await)
    }

    /// Titles of the inbox, oldest first.
    pub async fn titles(&self) -> Vec<String> {
        self.inbox().await.iter().rev().map(|notice| notice["title"].as_str().unwrap().to_owned()).collect()
    }

    /// The newest notification.
    pub async fn last(&self) -> Value {
        let inbox = self.inbox().await;
        inbox.first().unwrap_or_else(|| panic!("the inbox of {} is empty", self.name)).clone()
    }

    /// Presses a button of a notification.
    pub async fn press(&self, notice: &Value, command: &str) -> Answer {
        self.post(&button(notice, command), json!({})).await
    }

    /// Presses a button of a notification that asks for something.
    pub async fn answer(&self, notice: &Value, command: &str, answer: &str) -> Answer {
        self.post(&button(notice, command), json!({"answer": answer})).await
    }
}

/// Where a notification's button is pressed.
pub fn button(notice: &Value, command: &str) -> String {
    format!("/api/v1/notifications/{}/commands/{command}", notice["id"].as_str().unwrap())
}

/// The items of a page that was answered.
pub fn items(answer: Answer) -> Vec<Value> {
    answer.ok()["items"].as_array().unwrap().clone()
}

pub async fn send(request: RequestBuilder) -> Answer {
    Answer::of(request.send().await.unwrap()).await
}

/// What the server answered.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// Null where the body is empty or is no JSON.
    pub body: Value,
}

impl Answer {
    async fn of(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.unwrap();
        Self { status, headers, body: serde_json::from_slice(&body).unwrap_or_default() }
    }

    /// The body of an answer that is no error.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{self:#?}");
        self.body
    }

    /// The body of a refusal with that status and code.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{self:#?}");
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(self.body["type"], format!("urn:takt:problem:{code}"));
        assert!(self.body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{self:#?}");
        self.body
    }

    /// A refusal of fields: 422 `invalid`, these fields named in that order.
    #[track_caller]
    pub fn names(self, fields: &[&str]) -> Value {
        let body = self.problem(422, "invalid");
        let named: Vec<&str> =
            body["errors"].as_array().unwrap().iter().map(|error| error["field"].as_str().unwrap()).collect();
        assert_eq!(named, fields, "{body:#}");
        body
    }

    pub fn etag(&self) -> String {
        self.headers["etag"].to_str().unwrap().to_owned()
    }
}
