//! Text messages and messengers: a signed webhook of the gateway's, or the Bot API of Telegram and those that speak it.
//!
//! Source: <https://core.telegram.org/bots/api#sendmessage>.

use serde_json::{Value, json};

use super::webhook::{Parcel, SendError, Sender};
use super::{Failed, Letter};
use crate::crm::instant::Instant;

/// Where messages of one channel are handed over.
#[derive(Clone, PartialEq, Eq)]
pub enum Gateway {
    /// A URL that takes `{"id", "to", "body"}`, signed as Standard Webhooks sign.
    Webhook {
        /// Where to.
        url: String,
        /// What signs: `whsec_` and base64.
        secret: String,
    },
    /// The address of a bot: `https://api.telegram.org/bot<token>`.
    Bot(String),
}

impl Gateway {
    /// Hands a message over, once, and gives what the gateway said.
    ///
    /// # Errors
    /// [`Failed::ForGood`] where the gateway says that it will never go; otherwise [`Failed::ForNow`].
    pub async fn send(&self, sender: &Sender, letter: &Letter<'_>, at: Instant) -> Result<String, Failed> {
        match self {
            Self::Webhook { url, secret } => {
                let body = json!({"id": letter.id, "to": letter.to, "body": letter.body}).to_string();
                let sent = sender.send(url, &[secret], Parcel { id: letter.id, at, body }).await;
                sent.map_err(|error| match error {
                    SendError::Gone => Failed::ForGood(error.to_string()),
                    SendError::Failed(why) => Failed::ForNow(why),
                })
            }
            Self::Bot(address) => {
                let url = format!("{address}/sendMessage");
                let answer = sender.post(&url, &json!({"chat_id": letter.to, "text": letter.body})).await;
                let (status, answer) = answer.map_err(Failed::ForNow)?;
                bot_answer(status, &answer)
            }
        }
    }
}

/// A bot says `{"ok": true}`, or what is wrong; 400 and 403 (no such chat, blocked by the user) stay so.
fn bot_answer(status: u16, answer: &Value) -> Result<String, Failed> {
    if answer["ok"] == true {
        return Ok(format!("the gateway answered {status}"));
    }
    let why = answer["description"].as_str().unwrap_or("no reason was given");
    let why = format!("the gateway answered {status}: {}", why.chars().take(300).collect::<String>());
    Err(if matches!(status, 400 | 403) { Failed::ForGood(why) } else { Failed::ForNow(why) })
}

impl std::fmt::Debug for Gateway {
    /// Without secrets: a bot's address is one.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Webhook { .. } => "Webhook",
            Self::Bot(_) => "Bot",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_bot_says() {
        assert_eq!(bot_answer(200, &json!({"ok": true, "result": {}})), Ok("the gateway answered 200".to_owned()));
        let blocked = bot_answer(403, &json!({"ok": false, "description": "Forbidden: bot was blocked by the user"}));
        let why = "the gateway answered 403: Forbidden: bot was blocked by the user".to_owned();
        assert_eq!(blocked, Err(Failed::ForGood(why)));
        assert!(matches!(bot_answer(429, &json!({"ok": false})), Err(Failed::ForNow(_))));
    }
}
