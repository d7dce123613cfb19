//! The plugins that the host carries.

/// Names and components, in the order of the names.
#[must_use]
pub fn components() -> &'static [(&'static str, &'static [u8])] {
    include!(concat!(env!("OUT_DIR"), "/bundled.rs"))
}
