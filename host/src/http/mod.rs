//! The HTTP kit: what every route stands on, and that knows no feature.
//!
//! [`problem`] is the one shape of an error, [`json`] and [`page`] read requests, [`etag`] guards versions,
//! [`identity`] says who calls, [`policy`] who may, [`layers`] is what every request goes through, and [`secret`] makes
//! and compares secrets. `axum` is named here and in `api/` alone.

pub mod code;
pub mod etag;
pub mod identity;
pub mod json;
pub mod kit;
pub mod layers;
pub mod limiter;
pub mod page;
pub mod policy;
pub mod posted;
pub mod pressure;
pub mod problem;
pub mod secret;
pub mod totp;
