//! Where a lead stands, and where it may go from there.

use serde::{Deserialize, Serialize};

/// Where a lead stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeadStatus {
    /// Nobody has taken it.
    #[default]
    New,
    /// Taken by its owner.
    InProgress,
    /// Being worked on.
    Processing,
    /// Waits until `resume_at`.
    Waiting,
    /// Became a contact, a company where given, and a deal.
    Converted,
    /// Given up, for `reject_reason`.
    Rejected,
}

impl LeadStatus {
    /// Whether somebody has it in hand: such a lead has an owner.
    #[must_use]
    pub const fn is_taken(self) -> bool {
        matches!(self, Self::InProgress | Self::Processing | Self::Waiting)
    }

    /// Whether it is done with.
    #[must_use]
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Converted | Self::Rejected)
    }

    /// Whether a lead may go from here to there. A taken one is handed back to new by taking its owner off, and a
    /// rejected one is reopened by being taken; a converted one stays so.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::New | Self::InProgress | Self::Processing | Self::Waiting => true,
            Self::Rejected => matches!(next, Self::Rejected | Self::InProgress),
            Self::Converted => matches!(next, Self::Converted),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LeadStatus::{Converted, InProgress, New, Processing, Rejected, Waiting};

    #[test]
    fn the_table_of_moves() {
        for from in [New, InProgress, Processing, Waiting, Converted, Rejected] {
            for to in [New, InProgress, Processing, Waiting, Converted, Rejected] {
                let may = match from {
                    Converted => to == Converted,
                    Rejected => to == Rejected || to == InProgress,
                    _ => true,
                };
                assert_eq!(from.may_become(to), may, "{from:?} to {to:?}");
            }
        }
    }
}
