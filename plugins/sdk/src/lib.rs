//! What a Takt plugin in Rust is written with.
//!
//! A plugin is a type that implements [`Plugin`]; [`register!`] makes it a component. Its functions are told what woke
//! them and get a [`Context`], whose `host` reads records and proposes changes. What a run proposes lands together when
//! it ends well, or not at all.
//!
//! ```
//! use takt_sdk::prelude::*;
//!
//! /// What an admin can set.
//! #[derive(Serialize, Deserialize, JsonSchema)]
//! #[serde(default)]
//! struct Config {
//!     /// What a lead has to be worth.
//!     minor_units: i64,
//! }
//!
//! impl Default for Config {
//!     fn default() -> Self {
//!         Config { minor_units: 1_000_000 }
//!     }
//! }
//!
//! /// Tells the head of large leads.
//! struct LargeLeads;
//!
//! impl Plugin for LargeLeads {
//!     type Config = Config;
//!
//!     fn manifest() -> Manifest {
//!         takt_sdk::manifest!()
//!             .title("Large leads")
//!             .summary("Tells the sales head of every large lead.")
//!             .on(Subscription::to("lead.created").when("after.amount != null"))
//!             .needs("departments:read", "To find the head.")
//!             .needs("notifications:write", "To tell them.")
//!     }
//!
//!     fn on_event(cx: &Context<Config>, event: &Event) -> Outcome {
//!         let Some(lead) = event.after::<Lead>()? else { return Ok(None) };
//!         let Some(amount) = &lead.amount else { return Ok(None) };
//!         let Some(sales) = cx.host.department_by_key("sales")? else { return Ok(None) };
//!         if let Some(head) = cx.host.department_head(&sales.id, None)?
//!             && amount.minor >= cx.config.minor_units
//!         {
//!             let title = text!(en: "A lead worth {amount}", ru: "Лид на {amount}", amount = amount);
//!             cx.host.notify(Notice::to([head.id]).says(title, lead.title.as_str().into()).about(lead.reference()))?;
//!         }
//!         Ok(None)
//!     }
//! }
//!
//! takt_sdk::register!(LargeLeads);
//!
//! // Natively, the plugin is tried against a host in memory.
//! let trial = Trial::<LargeLeads>::new();
//! trial.add(User { id: "eve".into(), role: Role::Admin, active: true, ..User::default() });
//! trial.add(Department { id: "d1".into(), key: "sales".into(), ..Department::default() });
//! trial.create(&Actor::System("form".into()), Lead {
//!     id: "l1".into(),
//!     amount: Some(Money::new(2_000_000, "EUR")),
//!     ..Lead::default()
//! });
//! assert_eq!(trial.inbox("eve")[0].title.in_language("en"), "A lead worth 20,000.00\u{a0}EUR");
//! ```

#[doc(hidden)]
pub mod bindings;
#[cfg(target_arch = "wasm32")]
mod component;
#[doc(hidden)]
pub mod export;
mod failure;
mod host;
mod http;
mod instant;
mod kinds;
mod manifest;
#[cfg(not(target_arch = "wasm32"))]
mod mock;
mod money;
mod notification;
mod pick;
mod plugin;
mod query;
mod span;
mod text;
mod trigger;

#[cfg(target_arch = "wasm32")]
pub use component::ComponentHost;
pub use failure::{Failure, HostError, Optional};
pub use host::{Asked, Host, Level};
pub use http::{HeaderValue, HttpRequest, HttpResponse, Method};
pub use instant::{Instant, NotAnInstant};
pub use kinds::*;
pub use manifest::{CommandSpec, Manifest, Subscription};
#[cfg(not(target_arch = "wasm32"))]
pub use mock::{MockHost, Notification, SetTimer, Trial};
pub use money::Money;
pub use notification::{Button, Notice, Question};
pub use pick::{Wanted, Work};
pub use plugin::{Context, Outcome, Plugin, Reply, TheHost, Trigger};
pub use query::{Conditions, Query, Test};
pub use span::{NotASpan, Span};
pub use text::{BODY, Elapsed, LINE, Lang, Localized, Say, Template, Texts, plural_ru};
pub use trigger::{Actor, Command, Event, Tick, Timer};

/// Everything a plugin's source mostly wants.
pub mod prelude {
    pub use crate::kinds::*;
    #[cfg(not(target_arch = "wasm32"))]
    pub use crate::mock::{Notification, Trial};
    pub use crate::text;
    pub use crate::{
        Actor, Button, Command, CommandSpec, Context, Elapsed, Event, Failure, Host, HostError, HttpRequest,
        HttpResponse, Instant, Level, Localized, Manifest, Money, Notice, Optional, Outcome, Plugin, Query, Question,
        Reply, Say, Span, Subscription, Template, Texts, Tick, Timer, Wanted, Work,
    };
    pub use schemars::JsonSchema;
    pub use serde::{Deserialize, Serialize};
    pub use serde_json::{Value, json};
}

/// The guide's code runs as a test.
#[cfg(doctest)]
#[doc = include_str!("../../GUIDE.md")]
struct Guide;
