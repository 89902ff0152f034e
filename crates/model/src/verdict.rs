//! What a rule says of a resource, and what an answer says of a choice.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a rule says, of one resource or of all it looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The claim holds.
    Pass,
    /// The claim does not hold.
    Fail,
    /// Evidence is silent.
    Unknown,
    /// There is nothing of which the claim could be true or false.
    NotApplicable,
}

/// What is suggested for one choice of a lens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Suggestion {
    /// Evidence proves it.
    Met,
    /// Evidence refutes it.
    NotMet,
    /// Evidence speaks for some of it, or against some of it.
    Partial,
    /// Evidence decides nothing; the reason says why.
    NotProven,
    /// A rule says that it does not apply here.
    NotApplicable,
}

macro_rules! words {
    ($type:ident { $($variant:ident => $word:literal),+ $(,)? }) => {
        impl $type {
            /// The word that stands for it in JSON and in text.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.pad(self.as_str())
            }
        }
    };
}

words!(Verdict { Pass => "pass", Fail => "fail", Unknown => "unknown", NotApplicable => "not_applicable" });
words!(Suggestion {
    Met => "met", NotMet => "not_met", Partial => "partial", NotProven => "not_proven", NotApplicable => "not_applicable",
});
