//! What the kit needs of the host.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::Extensions;
use axum::http::HeaderMap;

use super::limiter::Limiter;
use super::pressure::{Limits, Pressure};
use crate::crm::instant::Instant;
use crate::store::Store;
use crate::store::seal::Seal;

/// What every layer of the kit shares. Cheap to clone.
#[derive(Clone)]
pub struct Kit {
    /// Sessions, tokens, users.
    pub store: Arc<dyn Store>,
    /// The host's clock.
    pub now: Arc<dyn Fn() -> Instant + Send + Sync>,
    /// Tries to sign in.
    pub limiter: Arc<Limiter>,
    /// What keeps requests from being too many.
    pub pressure: Arc<Pressure>,
    /// Secrets that the host must have as they are.
    pub seal: Arc<Seal>,
    /// The folder of records' files.
    pub attachments: Arc<Path>,
    /// How the kit behaves.
    pub options: Options,
}

/// How the kit behaves.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Cookies go over https only.
    pub secure: bool,
    /// `X-Forwarded-For` is believed: a proxy stands before the host.
    pub behind_proxy: bool,
    /// How long a request may take to begin its answer.
    pub timeout: Duration,
    /// How long a person stays signed in.
    pub session: Duration,
    /// How much may be under way at once.
    pub limits: Limits,
}

impl Kit {
    /// Where a request comes from.
    #[must_use]
    pub fn address(&self, headers: &HeaderMap, extensions: &Extensions) -> Option<IpAddr> {
        let forwarded = || headers.get("x-forwarded-for")?.to_str().ok()?.rsplit(',').next()?.trim().parse().ok();
        let peer = || extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        if self.options.behind_proxy { forwarded().or_else(peer) } else { peer() }
    }
}
