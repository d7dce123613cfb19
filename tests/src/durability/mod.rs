//! What was accepted is done, once, whatever happens to the host.

mod kill;
mod ledger;
mod restart;
