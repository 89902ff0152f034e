//! What a rule came to over all the resources that it looks at.

use wellproof_model::{CallId, GapId, Verdict};

/// A rule's verdict with everything that stands behind it.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The rule's id.
    pub rule: String,
    /// Any fail, else any unknown, else any pass, else not applicable.
    pub verdict: Verdict,
    /// How many resources passed.
    pub passed: u64,
    /// How many failed.
    pub failed: u64,
    /// How many could not be judged because something was not read.
    pub unknown: u64,
    /// How many of the kind were left out by `when` or by the workload's scope.
    pub not_judged: u64,
    /// How many of `not_judged` the workload's scope left out.
    pub out_of_scope: u64,
    /// The resources judged: failed ones first, then unknown, then passed; within each in the snapshot's order, but the
    /// worst failing one first where the rule says what is worst. At most [`Outcome::LISTED`]; `left_out` counts the rest.
    pub judged: Vec<Judged>,
    /// How many judged resources `judged` leaves out.
    pub left_out: u64,
    /// The accounts of all judged resources, whatever `judged` leaves out. Sorted, each once.
    pub accounts: Vec<String>,
    /// Their regions, likewise.
    pub regions: Vec<String>,
    /// The note, rendered, without the question's number; `None` where the rule has none for this verdict.
    pub note: Option<String>,
    /// Calls that the verdict rests on: of the judged resources (of the failing ones where it fails), and of the listings whose
    /// completeness it needed. Sorted, each once, never empty for a pass or a fail; all of them, whatever `judged` leaves out,
    /// up to [`Outcome::CITED`].
    pub citations: Vec<CallId>,
    /// What was not read and would have decided. Sorted, each once.
    pub gaps: Vec<GapId>,
    /// The share of failing resources among passed and failed, 0 to 1; 0 when there are none.
    pub failing_share: f64,
}

impl Outcome {
    /// How many resources an outcome lists.
    pub const LISTED: usize = 200;
    /// How many calls an outcome cites.
    pub const CITED: usize = 500;
}

/// One resource under one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The resource's type; `Account` or `Region` for rules over those.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Its ARN, where it has one.
    pub arn: Option<String>,
    /// Its account.
    pub account: String,
    /// Its region.
    pub region: String,
    /// What the rule says of it.
    pub verdict: Verdict,
    /// The calls that say so.
    pub citations: Vec<CallId>,
}
