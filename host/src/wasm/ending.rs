//! Why a guest did not return.

use std::fmt::Write as _;

use wasmtime::{Error, Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use super::call::{Budget, Ending};
use super::convert::cut;
use super::state::Stop;

/// Frames of the guest's stack that are shown.
const FRAMES: usize = 20;

/// How a run ended that did not return. `stop` is why the host ended it, where it did.
pub(super) fn ending(error: &Error, stop: Option<Stop>) -> Ending {
    match stop {
        Some(Stop::Budget(budget)) => return Ending::Budget(budget),
        Some(Stop::Host(why)) => return Ending::Host(why),
        Some(stop @ Stop::Departed) => return Ending::Host(stop.to_string()),
        Some(Stop::Describing) | None => {}
    }
    if let Some(I32Exit(code)) = error.downcast_ref::<I32Exit>() {
        return Ending::Trap(format!("the guest ended itself with exit code {code}"));
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => Ending::Budget(Budget::Fuel),
        Some(Trap::StackOverflow) => Ending::Trap(cut(with_stack("the guest's call stack overflowed", error))),
        Some(Trap::UnreachableCodeReached) => {
            Ending::Trap(cut(with_stack("the guest panicked or reached what it held to be unreachable", error)))
        }
        _ => Ending::Trap(cut(with_stack(&error.root_cause().to_string(), error))),
    }
}

fn with_stack(what: &str, error: &Error) -> String {
    let mut text = what.to_owned();
    let Some(stack) = error.downcast_ref::<WasmBacktrace>() else { return text };
    for frame in stack.frames().iter().take(FRAMES) {
        let _ = match frame.func_name() {
            Some(name) => write!(text, "\n  at {name}"),
            None => write!(text, "\n  at function {}", frame.func_index()),
        };
    }
    text
}
