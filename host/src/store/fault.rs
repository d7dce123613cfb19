//! Why runs fail, in groups.

use serde::Serialize;

use crate::crm::id::Id;
use crate::crm::instant::Instant;

/// Characters of a fault.
const LONGEST: usize = 200;
/// What stands in the place of ids, numbers and addresses.
const LEFT_OUT: char = '#';

/// An error without what differs from one time to the next: ids, numbers, addresses; of a stack, its top.
#[must_use]
pub fn fault_of(error: &str) -> String {
    let mut fault = String::new();
    for line in untried(error).lines().take(3) {
        for word in line.split_whitespace() {
            if !fault.is_empty() {
                fault.push(' ');
            }
            if word.contains('@') {
                fault.push(LEFT_OUT);
            } else {
                parts(word).for_each(|part| push(part, &mut fault));
            }
        }
    }
    fault.chars().take(LONGEST).collect()
}

/// A dead letter's reason says how often it was tried before it says why.
fn untried(error: &str) -> &str {
    let tried = error.strip_prefix("given up after ").and_then(|rest| rest.split_once(" tries: "));
    tried.map_or(error, |(_, why)| why)
}

/// Runs of letters, digits and hyphens, and what is between them.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    let inner = |c: char| c.is_alphanumeric() || c == '-' || c == '+';
    word.split_inclusive(move |c| !inner(c)).flat_map(move |part| match part.char_indices().last() {
        Some((at, last)) if !inner(last) => [&part[..at], &part[at..]],
        _ => [part, ""],
    })
}

fn push(part: &str, fault: &mut String) {
    if !part.chars().any(|c| c.is_ascii_digit()) {
        return fault.push_str(part);
    }
    if part.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, '-' | '+')) {
        return fault.push(LEFT_OUT);
    }
    for c in part.chars() {
        match c {
            '0'..='9' if fault.ends_with(LEFT_OUT) => {}
            '0'..='9' => fault.push(LEFT_OUT),
            other => fault.push(other),
        }
    }
}

/// What failed of one plugin in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Failure {
    /// Of which plugin.
    pub plugin: String,
    /// Why, without ids and numbers.
    pub fault: String,
    /// Deliveries that were given up and wait for somebody.
    pub dead_letters: u64,
    /// Runs that failed within the time asked for, tries of one delivery each for itself.
    pub failed_runs: u64,
    /// The newest of those runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_run: Option<Id>,
    /// When it first happened, of what is counted here.
    #[schema(value_type = String, format = DateTime)]
    pub first_at: Instant,
    /// When it last happened.
    #[schema(value_type = String, format = DateTime)]
    pub last_at: Instant,
}

/// How the last runs of a plugin went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// How many there were.
    pub runs: u64,
    /// How many of them failed: gave up, trapped, or used a budget up.
    pub failed: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_from_time_to_time_is_left_out() {
        for (error, fault) in [
            ("broken", "broken"),
            ("there is no lead 0192f0c1-0000-7000-8000-000000000000", "there is no lead #"),
            ("given up after 8 tries: the budget `fuel` is used up", "the budget `fuel` is used up"),
            ("asked to be run again after 30 s", "asked to be run again after # s"),
            ("no answer from ann@example.com (+49 30 901820)", "no answer from # (# # #)"),
            ("step2 of 17: /custom/a1 \"x\"", "step# of #: /custom/# \"x\""),
            ("trap\n  at a::b\n  at c\n  at d", "trap at a::b at c"),
            ("  ", ""),
        ] {
            assert_eq!(fault_of(error), fault, "{error}");
        }
        assert_eq!(fault_of(&"é".repeat(500)).chars().count(), LONGEST);
    }
}
