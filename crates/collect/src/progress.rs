//! What a scan tells while it runs.

use wellproof_model::UnitId;

/// Something happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The account is known.
    Account {
        /// Twelve digits.
        account: String,
        /// The principal.
        arn: String,
    },
    /// The units are known; some may be finished already.
    Planned {
        /// All of them.
        units: usize,
        /// Those that an earlier run finished.
        finished: usize,
    },
    /// A unit began.
    Started(UnitId),
    /// A unit is on the disk.
    Finished {
        /// Which.
        unit: UnitId,
        /// How many gaps it has.
        gaps: usize,
    },
}

/// Who is told.
pub trait Progress: Send + Sync {
    /// Takes note of an event; must not block.
    fn tell(&self, event: Event);
}

/// Nobody.
#[derive(Clone, Copy, Debug)]
pub struct Silent;

impl Progress for Silent {
    fn tell(&self, _: Event) {}
}
