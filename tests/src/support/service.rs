//! A service outside, on loopback: it says what it was asked, or misbehaves, by the path.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;
use takt::config::Settings;

/// What it was asked.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: Method,
    pub path: String,
    pub headers: HeaderMap,
    pub bytes: usize,
}

/// A service that answers until the test ends.
pub struct Service {
    /// `http://127.0.0.1:PORT`
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Service {
    pub async fn open() -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let router = Router::new().fallback(answer).with_state(asked.clone());
        let router = router.layer(axum::extract::DefaultBodyLimit::disable());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, asked }
    }

    /// Its name, as capabilities and secrets have it.
    pub fn host(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// All that it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// Settings of a host that may call it.
pub fn private(settings: &mut Settings) {
    settings.private_services = true;
}

async fn answer(
    State(asked): State<Arc<Mutex<Vec<Asked>>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().to_owned();
    let known = headers.get(header::AUTHORIZATION).cloned();
    asked.lock().unwrap().push(Asked { method, path: path.clone(), headers, bytes: body.len() });
    match path.as_str() {
        "/echo" => ([(header::ETAG, known.clone().unwrap())], format!("you said {known:?}")).into_response(),
        "/elsewhere" => (StatusCode::FOUND, [(header::LOCATION, "/fine")], "moved").into_response(),
        "/huge" => Body::from(vec![b'x'; 8 << 20]).into_response(),
        "/binary" => vec![0xff_u8, 0xfe].into_response(),
        "/slow" => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            StatusCode::OK.into_response()
        }
        "/fine" => "fine".into_response(),
        path if path.starts_with("/companies/") => axum::Json(json!({"grade": "B"})).into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
