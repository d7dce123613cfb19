//! Services outside, as a test plays them.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;

use serde_json::Value;

use super::world::World;
use crate::failure::HostError;
use crate::host::Asked;
use crate::http::{HeaderValue, HttpRequest, HttpResponse};

type Play = Rc<dyn Fn(&HttpRequest) -> Asked<HttpResponse>>;

/// The services that can be called. What they were asked stays also where the run comes to nothing.
#[derive(Clone, Default)]
pub(super) struct Services {
    hosts: BTreeSet<String>,
    play: Option<Play>,
    pub(super) asked: Rc<RefCell<Vec<HttpRequest>>>,
}

impl Services {
    /// Those that the capabilities name, under that configuration and its schema's defaults.
    pub(super) fn granted<'a>(needs: impl Iterator<Item = &'a String>, config: &Value, schema: &Value) -> Services {
        let set = |name: &str| config.get(name).or_else(|| schema.pointer(&format!("/properties/{name}/default")));
        let named = needs.filter_map(|capability| {
            let named = capability.strip_prefix("http:")?;
            match named.strip_prefix('{').and_then(|named| named.strip_suffix('}')) {
                Some(setting) => set(setting)?.as_str().map(|text| host(text).to_owned()),
                None => Some(named.to_owned()),
            }
        });
        Services { hosts: named.collect(), ..Services::default() }
    }

    pub(super) fn play(&mut self, play: Play) {
        self.play = Some(play);
    }
}

impl World {
    pub(super) fn ask(&self, request: HttpRequest) -> Asked<Play> {
        let host = host(&request.url);
        if !self.services.hosts.contains(host) {
            return Err(HostError::Denied(format!("http:{host}")));
        }
        for (_, value) in &request.headers {
            if let HeaderValue::Secret { name, .. } = value {
                self.wants(&format!("secret:{name}"))?;
            }
        }
        self.services.asked.borrow_mut().push(request);
        let unplayed = || HostError::Other("the test plays no services: see `Trial::answers`".into());
        self.services.play.clone().ok_or_else(unplayed)
    }
}

/// `api.example.com` of `https://api.example.com/v1`; with its port, where it names one.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services").field("hosts", &self.hosts).finish_non_exhaustive()
    }
}
