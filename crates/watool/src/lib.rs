//! The AWS Well-Architected Tool: people's answers are pulled, and suggestions are planned and pushed without ever overwriting a person.
//!
//! Nothing else in the workspace may write to AWS. What a client may ask is declared in [`operations`]; a guard on it refuses anything
//! else before it is sent. What would be written is decided by functions of what was read ([`decide`], [`edition`]) and of whose it is ([`wellproof_review::ours`]).

mod client;
mod decide;
mod diff;
pub mod edition;
mod error;
mod guard;
mod journal;
pub mod operations;
mod plan;
mod pull;
mod push;
#[cfg(test)]
mod tests;
mod tool;

pub use aws_sdk_wellarchitected::types::Workload;
pub use client::{Patience, Place, Tool};
pub use decide::{decide, unknown_names};
pub use diff::{diff, pushed_text};
pub use error::{PlanError, ToolError};
pub use journal::Journal;
pub use plan::{
    Action, Change, Disagreement, LensVersion, MAX_BYTES, NewWorkload, NoteChange, Plan, QuestionPlan, SnapshotName,
    Target, json_schema as plan_schema, region_of,
};
pub use pull::{Pull, pull};
pub use push::{Milestone, Outcome, PushError, Pushed, PushedAnswer, json_schema as push_schema, push};
pub use tool::{Answer, AnswerState, Choice, ChoiceState, LensReview, Pillar};
