//! What was accepted is done, once, whatever happens to the host.

mod backup;
mod busy;
mod faults;
mod hosts;
mod kill;
mod ledger;
mod restart;
