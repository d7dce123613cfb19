//! The HTTP client of the ways out that lead to where somebody said: no redirects, no proxy, and no private address
//! unless a setting allows it.

use std::net::IpAddr;
use std::sync::Arc;

use reqwest::{Client, Url, redirect};

use super::address::{PublicOnly, is_public};

/// A client. What names resolve to is looked at as it connects, so that a name that is another a moment later changes
/// nothing; addresses that stand in URLs are for [`leads_inside`].
///
/// # Errors
/// Where the system's TLS cannot be set up.
pub fn client(private: bool) -> reqwest::Result<Client> {
    // Where another part of the process chose one before, that one stays.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut client = Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .user_agent(concat!("takt/", env!("CARGO_PKG_VERSION")));
    if !private {
        client = client.dns_resolver(Arc::new(PublicOnly));
    }
    client.build()
}

/// The address that stands in a URL in the place of a name.
#[must_use]
pub fn address(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Whether a URL has an address in it that is not public.
#[must_use]
pub fn leads_inside(url: &Url) -> bool {
    address(url).is_some_and(|address| !is_public(address))
}

/// Whether a URL carries no user name and no password.
#[must_use]
pub fn is_bare(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none()
}

/// What went wrong, to its root: the outer errors say little. The URL, which may hold a key, is left out.
#[must_use]
pub fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(inner) = source {
        text = format!("{text}: {inner}");
        source = inner.source();
    }
    text.chars().take(500).collect()
}
