//! The host's settings: defaults, then a file, then the environment, then flags.
//!
//! Every setting stands in one list below, from which come the struct, the flags with their help, and
//! `examples/takt.toml`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::channels::Gateways;
use crate::channels::gateway::Gateway;
use crate::engine::settings::EngineSettings;
use crate::http::kit::Options;
use crate::http::pressure::Limits;
use crate::store::transfer::Place;

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
#[error("settings: {0}")]
pub struct ConfigError(String);

macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $name:ident: $type:ty = $default:expr, $env:literal;)+) => {
        /// What of the host can be set.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Settings {
            $($(#[doc = $doc])+ pub $name: $type,)+
        }

        impl Default for Settings {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        /// Settings given by flags or the environment.
        #[derive(Debug, Clone, Default, clap::Args)]
        pub struct Flags {
            $($(#[doc = $doc])+ #[arg(long, env = $env)] pub $name: Option<$type>,)+
        }

        impl Flags {
            fn given(&self) -> Vec<(&'static str, String)> {
                let mut given = Vec::new();
                $(if let Some(value) = &self.$name {
                    given.push((stringify!($name), shown(value)));
                })+
                given
            }
        }

        /// Name, environment variable and help of each setting.
        const SETTINGS: &[(&str, &str, &[&str])] = &[$((stringify!($name), $env, &[$($doc),+]),)+];
    };
}

settings! {
    /// The address to listen on. Port 0 takes a free one.
    listen: SocketAddr = SocketAddr::from(([127, 0, 0, 1], 8080)), "TAKT_LISTEN";
    /// The folder that everything is kept in: the database and the compiled plugins.
    data: PathBuf = PathBuf::from("takt-data"), "TAKT_DATA";
    /// Where the database is, `postgres://user:password@host/name`: several hosts may work on one. Empty: SQLite, in the
    /// data folder.
    database_url: Secret = Secret::default(), "TAKT_DATABASE_URL";
    /// What people open in the browser. Where it begins with `https://`, cookies go over https only. Empty: the
    /// address that the host listens on.
    public_url: String = String::new(), "TAKT_PUBLIC_URL";
    /// Whether a proxy stands before the host, whose `X-Forwarded-For` is believed.
    behind_proxy: bool = false, "TAKT_BEHIND_PROXY";
    /// Seconds that a request may take to begin its answer.
    request_timeout_s: u64 = 60, "TAKT_REQUEST_TIMEOUT_S";
    /// Hours that a person stays signed in.
    session_hours: u64 = 336, "TAKT_SESSION_HOURS";
    /// Whether plugins that the host carries and that are not installed are installed at the start, disabled.
    bundled: bool = true, "TAKT_BUNDLED";
    /// How the log is written: `text` or `json`.
    log_format: LogFormat = LogFormat::Text, "TAKT_LOG_FORMAT";
    /// What is logged: a level, or directives like `info,takt::engine=debug`.
    log: String = "info".to_owned(), "TAKT_LOG";
    /// Where traces are sent: an OTLP receiver that takes JSON over HTTP, `http://localhost:4318`. Empty: nowhere.
    otlp_endpoint: String = String::new(), "OTEL_EXPORTER_OTLP_ENDPOINT";
    /// Longest chain of runs that wake one another; beyond it the loop guard stops it.
    max_depth: u32 = EngineSettings::default().max_depth, "TAKT_MAX_DEPTH";
    /// Tries of a delivery before it is given up.
    max_attempts: u32 = EngineSettings::default().max_attempts, "TAKT_MAX_ATTEMPTS";
    /// Milliseconds before the first try again; each further wait is twice as long.
    backoff_base_ms: u64 = millis(EngineSettings::default().backoff_base), "TAKT_BACKOFF_BASE_MS";
    /// Milliseconds of the longest wait before a try again.
    backoff_cap_ms: u64 = millis(EngineSettings::default().backoff_cap), "TAKT_BACKOFF_CAP_MS";
    /// Runs at once.
    in_flight: usize = EngineSettings::default().in_flight, "TAKT_IN_FLIGHT";
    /// Runs of one plugin at once.
    in_flight_per_plugin: usize = EngineSettings::default().in_flight_per_plugin, "TAKT_IN_FLIGHT_PER_PLUGIN";
    /// Deliveries held in memory; what is over waits in the database.
    queue: usize = EngineSettings::default().queue, "TAKT_QUEUE";
    /// Deliveries of one plugin held in memory.
    queue_per_plugin: usize = EngineSettings::default().queue_per_plugin, "TAKT_QUEUE_PER_PLUGIN";
    /// Requests that change something and are done at once; more are refused with 429.
    max_requests: usize = 512, "TAKT_MAX_REQUESTS";
    /// Changes that wait to be written before requests for more are refused with 429.
    max_commits: usize = 2048, "TAKT_MAX_COMMITS";
    /// Deliveries that wait for rules before requests that may make more are refused with 429.
    max_deliveries: u64 = EngineSettings::default().max_deliveries, "TAKT_MAX_DELIVERIES";
    /// Runs again after a conflict before the delivery is put back.
    max_reruns: u32 = EngineSettings::default().max_reruns, "TAKT_MAX_RERUNS";
    /// Milliseconds between looks into the database for what others left there.
    poll_ms: u64 = millis(EngineSettings::default().poll), "TAKT_POLL_MS";
    /// The mail server: `smtps://user:password@host`, or `smtp://host:587?tls=required`. Empty: no mail is sent.
    smtp_url: Secret = Secret::default(), "TAKT_SMTP_URL";
    /// Who sends mail: `Sales <sales@example.com>`.
    mail_from: String = String::new(), "TAKT_MAIL_FROM";
    /// The gateway that takes text messages as signed webhooks. Empty: none is sent.
    sms_url: String = String::new(), "TAKT_SMS_URL";
    /// What signs them: `whsec_` and base64.
    sms_secret: Secret = Secret::default(), "TAKT_SMS_SECRET";
    /// The gateway that takes messenger messages as signed webhooks. Empty: see `messenger_bot`.
    messenger_url: String = String::new(), "TAKT_MESSENGER_URL";
    /// What signs them: `whsec_` and base64.
    messenger_secret: Secret = Secret::default(), "TAKT_MESSENGER_SECRET";
    /// The address of a bot that speaks Telegram's Bot API: `https://api.telegram.org/bot<token>`. Empty: none.
    messenger_bot: Secret = Secret::default(), "TAKT_MESSENGER_BOT";
    /// Messages a minute that each channel to clients sends at most.
    messages_per_minute: u32 = EngineSettings::default().messages_per_minute, "TAKT_MESSAGES_PER_MINUTE";
    /// Whether webhooks may lead to private addresses: only where every admin may reach what the host reaches.
    private_webhooks: bool = false, "TAKT_PRIVATE_WEBHOOKS";
    /// Whether rules may call services at private addresses, and on loopback without TLS: only where every admin may reach
    /// what the host reaches.
    private_services: bool = false, "TAKT_PRIVATE_SERVICES";
    /// Whether components are taken only where a key that an admin trusts has signed them, or the host carries them.
    require_signatures: bool = false, "TAKT_REQUIRE_SIGNATURES";
    /// Of 100 runs that went well, the journals of so many are kept, to be played again; those of runs that failed always
    /// are.
    journal_percent: u32 = EngineSettings::default().journal_percent, "TAKT_JOURNAL_PERCENT";
    /// So many of a plugin's last runs are looked at when one fails, crashes or uses a budget up.
    pause_runs: u32 = EngineSettings::default().pause_runs, "TAKT_PAUSE_RUNS";
    /// When more than so many of 100 of those went wrong, the plugin is switched off and the admins are told. 100: never.
    pause_percent: u32 = EngineSettings::default().pause_percent, "TAKT_PAUSE_PERCENT";
}

/// A setting that is not to be seen: a password, a key, a URL with one in it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "none" } else { "***" })
    }
}

impl std::str::FromStr for Secret {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line.
    Json,
}

impl Settings {
    /// The file that is read where it is there and no other is named.
    pub const FILE: &str = "takt.toml";

    /// Puts the settings together. A named file must be there.
    ///
    /// # Errors
    /// Where the file can't be read, or a setting is unknown or of a wrong type; the message names it.
    pub fn load(file: Option<&Path>, flags: &Flags) -> Result<Self, ConfigError> {
        let fault = |error: config::ConfigError| ConfigError(error.to_string());
        let mut builder = config::Config::builder();
        let (path, required) = file.map_or((Path::new(Self::FILE), false), |path| (path, true));
        builder = builder.add_source(config::Config::try_from(&Self::default()).map_err(fault)?);
        builder = builder.add_source(config::File::from(path).format(config::FileFormat::Toml).required(required));
        for (name, value) in flags.given() {
            builder = builder.set_override(name, value).map_err(fault)?;
        }
        let settings: Self = builder.build().and_then(config::Config::try_deserialize).map_err(fault)?;
        settings.check()?;
        Ok(settings)
    }

    /// The file that sets every setting to its default, with its help.
    ///
    /// # Errors
    /// Where a default can't be written as TOML: a fault of the program's.
    pub fn example() -> Result<String, ConfigError> {
        let mut text =
            "# Every setting of `takt serve`, with its default. The environment goes before this file, and\n\
             # flags go before the environment.\n"
                .to_owned();
        let defaults = toml::Table::try_from(Self::default()).map_err(|error| ConfigError(error.to_string()))?;
        for (name, env, help) in SETTINGS {
            let value = defaults.get(*name).ok_or_else(|| ConfigError(format!("{name} has no default")))?;
            text.push('\n');
            for line in *help {
                text.push_str(&format!("#{line}\n"));
            }
            text.push_str(&format!("# {env}\n{name} = {value}\n"));
        }
        Ok(text)
    }

    /// The database file.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.data.join("takt.db")
    }

    /// The file with the key that seals secrets in the database.
    #[must_use]
    pub fn key(&self) -> PathBuf {
        self.data.join("takt.key")
    }

    /// The folder of records' files.
    #[must_use]
    pub fn attachments(&self) -> PathBuf {
        self.data.join("attachments")
    }

    /// Where everything but files is kept.
    #[must_use]
    pub fn place(&self) -> Place {
        match self.database_url.0.as_str() {
            "" => Place::Sqlite(self.database()),
            url => Place::Postgres(url.to_owned()),
        }
    }

    /// The folder of compiled plugins.
    #[must_use]
    pub fn compiled(&self) -> PathBuf {
        self.data.join("compiled")
    }

    /// How the engine works.
    #[must_use]
    pub fn engine(&self) -> EngineSettings {
        EngineSettings {
            max_depth: self.max_depth,
            max_attempts: self.max_attempts,
            backoff_base: Duration::from_millis(self.backoff_base_ms),
            backoff_cap: Duration::from_millis(self.backoff_cap_ms),
            in_flight: self.in_flight,
            in_flight_per_plugin: self.in_flight_per_plugin,
            queue: self.queue,
            queue_per_plugin: self.queue_per_plugin,
            max_deliveries: self.max_deliveries,
            max_reruns: self.max_reruns,
            poll: Duration::from_millis(self.poll_ms),
            gateways: self.gateways(),
            messages_per_minute: self.messages_per_minute,
            private_webhooks: self.private_webhooks,
            private_services: self.private_services,
            require_signatures: self.require_signatures,
            journal_percent: self.journal_percent,
            pause_runs: self.pause_runs,
            pause_percent: self.pause_percent,
        }
    }

    fn gateways(&self) -> Gateways {
        let hook = |url: &str, secret: &Secret| {
            let hook = Gateway::Webhook { url: url.to_owned(), secret: secret.0.clone() };
            (!url.is_empty()).then_some(hook)
        };
        let bot = || (!self.messenger_bot.0.is_empty()).then(|| Gateway::Bot(self.messenger_bot.0.clone()));
        let mail = (self.smtp_url.0.clone(), self.mail_from.clone());
        Gateways {
            mail: Some(mail).filter(|(url, _)| !url.is_empty()),
            sms: hook(&self.sms_url, &self.sms_secret),
            messenger: hook(&self.messenger_url, &self.messenger_secret).or_else(bot),
        }
    }

    /// How HTTP behaves.
    #[must_use]
    pub fn http(&self) -> Options {
        Options {
            secure: self.public_url.starts_with("https://"),
            behind_proxy: self.behind_proxy,
            timeout: Duration::from_secs(self.request_timeout_s),
            session: Duration::from_secs(self.session_hours.saturating_mul(3600)),
            limits: Limits { requests: self.max_requests, commits: self.max_commits, deliveries: self.max_deliveries },
        }
    }

    fn check(&self) -> Result<(), ConfigError> {
        let positive = [
            ("request_timeout_s", self.request_timeout_s),
            ("session_hours", self.session_hours),
            ("max_attempts", u64::from(self.max_attempts)),
            ("in_flight", self.in_flight as u64),
            ("in_flight_per_plugin", self.in_flight_per_plugin as u64),
            ("queue", self.queue as u64),
            ("queue_per_plugin", self.queue_per_plugin as u64),
            ("max_requests", self.max_requests as u64),
            ("max_commits", self.max_commits as u64),
            ("max_deliveries", self.max_deliveries),
            ("poll_ms", self.poll_ms),
            ("pause_runs", u64::from(self.pause_runs)),
        ];
        match positive.iter().find(|(_, value)| *value == 0) {
            Some((name, _)) => Err(ConfigError(format!("{name} must be 1 or more"))),
            None => Ok(()),
        }
    }
}

/// A setting as the layers below read it.
fn shown(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str, flags: &Flags) -> Result<Settings, ConfigError> {
        let file = std::env::temp_dir().join(format!("takt-{}.toml", crate::crm::id::Id::new()));
        std::fs::write(&file, text).unwrap();
        let loaded = Settings::load(Some(&file), flags);
        std::fs::remove_file(&file).unwrap();
        loaded
    }

    #[test]
    fn flags_go_before_the_file_and_the_file_before_defaults() {
        let flags = Flags { listen: Some(SocketAddr::from(([0, 0, 0, 0], 1))), ..Flags::default() };
        let settings = load("listen = \"127.0.0.1:2\"\nmax_depth = 3\nlog_format = \"json\"", &flags).unwrap();
        assert_eq!(settings.listen.port(), 1);
        assert_eq!(settings.max_depth, 3);
        assert_eq!(settings.log_format, LogFormat::Json);
        assert_eq!(
            Settings { listen: Settings::default().listen, max_depth: 8, log_format: LogFormat::Text, ..settings },
            Settings::default()
        );
    }

    #[test]
    fn refusals_name_the_setting() {
        for (text, words) in [
            ("colour = 1", "colour"),
            ("max_depth = \"deep\"", "max_depth"),
            ("in_flight = 0", "in_flight"),
            ("listen = \"here\"", "listen"),
            ("listen = ", "TOML"),
        ] {
            let error = load(text, &Flags::default()).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
        let missing = Settings::load(Some(Path::new("/no/such/takt.toml")), &Flags::default()).unwrap_err();
        assert!(missing.to_string().contains("/no/such/takt.toml"), "{missing}");
    }

    /// To write it anew: `TAKT_WRITE_EXAMPLE=1 cargo test -p takt example_file`.
    #[test]
    fn the_example_file_has_every_setting_with_its_default() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/takt.toml");
        let example = Settings::example().unwrap();
        if std::env::var_os("TAKT_WRITE_EXAMPLE").is_some() {
            std::fs::write(&file, &example).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&file).unwrap(), example);
        assert_eq!(load(&example, &Flags::default()).unwrap(), Settings::default());
    }
}
