//! Papers: templates filled from records, and typeset to PDF inside the host.
//!
//! [`paper`] chooses the template and gathers its data ([`fill`]); [`pool`] hands both to a process of its own, which
//! [typesets](typeset) and gives the PDF back. A template is a program: it may loop or eat memory, and then its process
//! is stopped, and the host goes on.

pub mod choose;
pub mod fill;
pub mod job;
pub mod paper;
pub mod pool;
pub mod sample;
mod typeset;
pub mod worker;
pub mod written;

pub use job::{Fault, Job, RenderError};
pub use pool::Renderer;
