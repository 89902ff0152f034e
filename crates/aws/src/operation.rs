//! What a collector may ask.

/// One read-only API operation that a collector declares.
///
/// The read-only guard, the redaction of responses, `wellproof policy` and the docs are all made from this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The service's signing name, such as `guardduty` (`monitoring` for `CloudWatch`).
    pub service: &'static str,
    /// As the API spells it, such as `ListDetectors`.
    pub name: &'static str,
    /// The IAM action that allows it, such as `guardduty:ListDetectors`.
    pub action: &'static str,
    /// The response members whose text is kept; every other text is redacted before anything sees it.
    ///
    /// A member is a path of wire names: `reservationSet.instancesSet.instanceId`. List wrappers (`item`, `member`)
    /// and positions are left out, as are the envelopes of the query protocol. The keys of a map are names, of which `*`
    /// stands for any one; a final `**` stands for everything below. `#json` steps into text that holds JSON, `#uri-json` into
    /// text that holds it percent-encoded. A final `#role` keeps an ARN without the name of its session, which is often
    /// somebody's mail address.
    pub keeps: &'static [&'static str],
    /// Further IAM actions that the service checks on the same call.
    pub also: &'static [&'static str],
    /// How many requests a second AWS allows per account and region, where that is few.
    pub per_second: Option<u32>,
    /// Whether an answer without a body means that there is nothing. Of any other operation it cannot be read.
    pub may_be_empty: bool,
}

impl Operation {
    /// Declares an operation of which no text is kept.
    pub const fn new(service: &'static str, name: &'static str, action: &'static str) -> Self {
        Self { service, name, action, keeps: &[], also: &[], per_second: None, may_be_empty: false }
    }

    /// Names the response members whose text is kept.
    pub const fn keeps(self, keeps: &'static [&'static str]) -> Self {
        Self { keeps, ..self }
    }

    /// Names further IAM actions that the call needs.
    pub const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }

    /// Limits how often it is asked, per account and region.
    pub const fn per_second(self, requests: u32) -> Self {
        Self { per_second: Some(requests), ..self }
    }

    /// Says that an answer without a body means that there is nothing.
    pub const fn may_be_empty(self) -> Self {
        Self { may_be_empty: true, ..self }
    }

    /// All IAM actions that the call needs.
    pub fn actions(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.action).chain(self.also.iter().copied())
    }
}
