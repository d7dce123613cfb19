//! Capabilities that are more than a kind of record and a verb.

use serde_json::Value;

use crate::channels::service;

/// What a capability is of, as its text says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capability<'a> {
    /// `http:api.example.com`: calls of that host.
    Host(&'a str),
    /// `http:{server}`: calls of the host that stands in that setting.
    HostOf(&'a str),
    /// `secret:api-key`: the use of that secret.
    Secret(&'a str),
    /// Anything else: `leads:read`.
    Other(&'a str),
}

impl<'a> Capability<'a> {
    /// Reads it. Whether the names in it are sound is for [`plugins::check`](crate::plugins::check).
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        match text.split_once(':') {
            Some(("secret", name)) => Self::Secret(name),
            Some(("http", host)) => match host.strip_prefix('{').and_then(|host| host.strip_suffix('}')) {
                Some(setting) => Self::HostOf(setting),
                None => Self::Host(host),
            },
            _ => Self::Other(text),
        }
    }

    /// The host that it lets be called under this (complete) configuration.
    #[must_use]
    pub fn host(self, config: &Value) -> Option<String> {
        match self {
            Self::Host(host) => Some(host.to_owned()),
            Self::HostOf(setting) => service::host(config.get(setting)?.as_str()?),
            Self::Secret(_) | Self::Other(_) => None,
        }
    }
}

/// The capability of calling a host.
#[must_use]
pub fn calls(host: &str) -> String {
    format!("http:{host}")
}

/// The capability of using a secret.
#[must_use]
pub fn uses(secret: &str) -> String {
    format!("secret:{secret}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_host_is_named_or_stands_in_a_setting() {
        let config = json!({"server": "https://erp.example.com:8443/api", "port": 7});
        for (text, host) in [
            ("http:api.example.com", Some("api.example.com")),
            ("http:{server}", Some("erp.example.com:8443")),
            ("http:{port}", None),
            ("http:{none}", None),
            ("secret:api-key", None),
            ("leads:read", None),
        ] {
            assert_eq!(Capability::of(text).host(&config).as_deref(), host, "{text}");
        }
    }
}
