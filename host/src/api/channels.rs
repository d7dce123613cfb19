//! The channels to clients: which lead anywhere, and whether what is sent by them arrives.

use std::time::Duration;

use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa_axum::router::UtoipaMethodRouter;
use utoipa_axum::routes;

use super::App;
use crate::channels::Through;
use crate::crm::invalid::Invalid;
use crate::crm::message::Channel;
use crate::http::json::Json;
use crate::http::problem::{Problem, Result};

/// The endpoints.
#[must_use]
pub fn endpoints() -> Vec<UtoipaMethodRouter<App>> {
    vec![routes!(list), routes!(test)]
}

/// A channel to clients.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ChannelView {
    /// Which.
    channel: Channel,
    /// What takes its messages. Absent where the host's settings name nothing: then nothing is sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    through: Option<Through>,
}

/// All of them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Channels {
    items: Vec<ChannelView>,
}

/// A test message.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct TestMessage {
    /// An address of the channel's: e-mail, phone number, or id in the messenger.
    to: String,
    /// One line, of an e-mail.
    subject: Option<String>,
    /// The text.
    text: Option<String>,
}

/// What came of a test.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Tested {
    /// Whether the other side took it.
    arrived: bool,
    /// What it said, or why it did not come so far.
    said: String,
    /// How long that took, in milliseconds.
    millis: u64,
}

impl Tested {
    /// Sends, and tells what came of it.
    pub(super) async fn of<E: ToString>(sending: impl Future<Output = std::result::Result<String, E>>) -> Self {
        let began = Instant::now();
        let answer = sending.await;
        let took: Duration = began.elapsed();
        let (arrived, said) = match answer {
            Ok(said) => (true, said),
            Err(error) => (false, error.to_string()),
        };
        Self { arrived, said, millis: u64::try_from(took.as_millis()).unwrap_or(u64::MAX) }
    }
}

/// The channels to clients, and what takes their messages.
#[utoipa::path(get, path = "/api/v1/channels", tag = "channels", operation_id = "channel_list",
    responses((status = 200, description = "All of them.", body = Channels)))]
async fn list(State(app): State<App>) -> axum::Json<Channels> {
    let view = |channel| ChannelView { channel, through: app.engine.through(channel) };
    axum::Json(Channels { items: Channel::ALL.map(view).into() })
}

/// Sends a test message at once, and tells what came of it. It stands nowhere, and is not tried again.
#[utoipa::path(post, path = "/api/v1/channels/{channel}/test", tag = "channels", operation_id = "channel_test",
    params(("channel" = Channel, Path, description = "The channel.")), request_body = TestMessage,
    responses((status = 200, description = "What came of it.", body = Tested)))]
async fn test(
    State(app): State<App>,
    Path(channel): Path<String>,
    Json(message): Json<TestMessage>,
) -> Result<axum::Json<Tested>> {
    let Some(channel) = Channel::ALL.into_iter().find(|known| known.name() == channel) else {
        let known = Channel::ALL.map(Channel::name).join(", ");
        return Err(Problem::not_found(format!("the channels are {known}")));
    };
    let TestMessage { to, subject, text } = message;
    let subject = subject.unwrap_or_else(|| "Takt: a test message".to_owned());
    let text = text.unwrap_or_else(|| "This is a test message of Takt.".to_owned());
    let mut invalid = Invalid::default();
    invalid.check(!to.trim().is_empty() && to.len() <= 320, "/to", "must be an address of 1 to 320 bytes");
    invalid.check(
        subject.len() <= 1000 && !subject.contains(['\r', '\n']),
        "/subject",
        "must be one line of 1000 bytes at most",
    );
    invalid.check(text.len() <= 10_000, "/text", "must not be longer than 10000 bytes");
    invalid.or(())?;
    Ok(axum::Json(Tested::of(app.engine.post_test(channel, to.trim(), &subject, &text)).await))
}
