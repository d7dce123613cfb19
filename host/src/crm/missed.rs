//! What becomes of times of a schedule that went by while nobody was there to see them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::instant::Instant;

/// What becomes of missed times.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Missed {
    /// The latest fires, for all of them.
    #[default]
    Coalesce,
    /// So many of them fire, the latest ones, in their order: 1 to 1000.
    CatchUp(u32),
    /// None fires.
    Skip,
}

/// A time that is seen so much later is missed: the host was down, and not just busy.
const LATE: Duration = Duration::from_secs(60);

impl Missed {
    /// Most times that [`Missed::CatchUp`] may ask for.
    pub const MOST: u32 = 1000;

    /// Which of the times that came due up to `now` fire, in their order. `due` are all of them, in their order.
    #[must_use]
    pub fn fires(self, due: impl Iterator<Item = Instant>, now: Instant) -> Vec<Instant> {
        let most = match self {
            Self::Coalesce | Self::Skip => 1,
            Self::CatchUp(most) => most.clamp(1, Self::MOST) as usize,
        };
        let mut latest = std::collections::VecDeque::new();
        for at in due {
            if latest.len() == most {
                latest.pop_front();
            }
            latest.push_back(at);
        }
        latest.into_iter().filter(|at| self != Self::Skip || *at + LATE > now).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way() {
        let at = |minutes: i64| Instant::from_micros(minutes * 60_000_000);
        let fires = |missed: Missed, now: i64| missed.fires([at(10), at(20), at(30)].into_iter(), at(now));
        assert_eq!(fires(Missed::Coalesce, 39), [at(30)]);
        assert_eq!(fires(Missed::CatchUp(2), 39), [at(20), at(30)]);
        assert_eq!(fires(Missed::CatchUp(9), 39), [at(10), at(20), at(30)]);
        assert_eq!(fires(Missed::Skip, 39), []);
        assert_eq!(fires(Missed::Skip, 30), [at(30)]);
        assert_eq!(Missed::Skip.fires(std::iter::empty(), at(1)), []);
    }

    #[test]
    fn written_form() {
        for (missed, text) in [
            (Missed::Coalesce, r#""coalesce""#),
            (Missed::CatchUp(3), r#"{"catch_up":3}"#),
            (Missed::Skip, r#""skip""#),
        ] {
            assert_eq!(serde_json::to_string(&missed).unwrap(), text);
            assert_eq!(serde_json::from_str::<Missed>(text).unwrap(), missed);
        }
    }
}
