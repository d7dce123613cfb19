//! The commands' way to a running host.

use clap::Args;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::Failure;
use crate::http::problem::ProblemDetails;

/// Which host, and by which key.
#[derive(Debug, Args)]
pub struct HostArgs {
    /// The host's address.
    #[arg(long, env = "TAKT_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// A token that may do it: see `takt token create`.
    #[arg(long, env = "TAKT_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

/// A running host.
pub struct Client {
    url: String,
    token: String,
    http: reqwest::Client,
}

impl HostArgs {
    /// The host.
    ///
    /// # Errors
    /// Where no token is given.
    pub fn client(self) -> Result<Client, Failure> {
        let token = self.token.ok_or_else(|| {
            Failure::usage("a token is needed: make one with `takt token create`, and set TAKT_TOKEN or give --token")
        })?;
        // A build without a default provider of cryptography has to be told its own.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .build()
            .map_err(|error| Failure::failed(format!("no connection can be made: {error}")))?;
        Ok(Client { url: self.url.trim_end_matches('/').to_owned(), token, http })
    }
}

impl Client {
    /// The host at `url`, by the key `token`.
    pub fn new(url: String, token: String) -> Self {
        Self { url, token, http: reqwest::Client::new() }
    }

    /// Reads.
    ///
    /// # Errors
    /// Where the host can't be reached, or refuses.
    pub async fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Value, Failure> {
        self.send(self.request(Method::GET, path).query(query)).await
    }

    /// Does something with a JSON body.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Value, Failure> {
        let request = self.request(method, path);
        self.send(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    /// Uploads a component, with its signature where there is one.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn upload(
        &self,
        path: &str,
        query: &[(&str, String)],
        component: Vec<u8>,
        signature: Option<String>,
    ) -> Result<Value, Failure> {
        let request = self.request(Method::POST, path).query(query).header("content-type", "application/wasm");
        let request = match signature {
            Some(signature) => request.header("takt-signature", signature),
            None => request,
        };
        self.send(request.body(component)).await
    }

    /// Reads what is no JSON.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub async fn download(&self, path: &str) -> Result<Vec<u8>, Failure> {
        self.receive(self.request(Method::GET, path)).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.token)
    }

    async fn send(&self, request: RequestBuilder) -> Result<Value, Failure> {
        let body = self.receive(request).await?;
        if body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&body)
            .map_err(|error| Failure::failed(format!("{} does not answer as a Takt host does: {error}", self.url)))
    }

    async fn receive(&self, request: RequestBuilder) -> Result<Vec<u8>, Failure> {
        let unreachable = |error: reqwest::Error| {
            Failure::failed(format!("{} can't be reached: {error}; is `takt serve` running there?", self.url))
        };
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        let body = response.bytes().await.map_err(unreachable)?;
        if status.is_success() {
            return Ok(body.to_vec());
        }
        let message = match serde_json::from_slice::<ProblemDetails>(&body) {
            Ok(problem) => format!("{} ({})", problem.detail, problem.code),
            Err(_) => format!("{} answers with status {status}", self.url),
        };
        if status.is_client_error() { Err(Failure::refused(message)) } else { Err(Failure::failed(message)) }
    }
}
