//! Why a read did not succeed, in the words of a gap.

use std::error::Error;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use wellproof_model::{CallId, Denier, Gap, GapKind, UnitId};

use crate::connect::{NotRecorded, Unreadable};
use crate::exchange::Asked;
use crate::sdk;

/// Longest message that a gap keeps, in characters.
const MESSAGE: usize = 400;

/// A read that did not succeed. It becomes a gap, unless the collector knows the reply to be an answer
/// ("not enabled", "deleted meanwhile").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub kind: GapKind,
    /// The error code that AWS answered with.
    pub code: Option<String>,
    /// What AWS said, in one line.
    pub message: String,
    /// What denied it.
    pub denied_by: Option<Denier>,
    /// The IAM actions that would mend it, where AWS denied it.
    pub actions: Vec<String>,
    /// The calls that failed.
    pub calls: Vec<CallId>,
    /// The credentials are expired or cannot be had: no other call will fare better.
    pub credentials: bool,
}

impl Refusal {
    pub(crate) fn of<E, R>(err: &SdkError<E, R>, asked: Asked) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
        R: std::fmt::Debug + 'static,
    {
        let code = err.code().map(str::to_owned);
        let credentials = is_about_credentials(code.as_deref(), err);
        let message = if credentials || !is_silence(err) {
            one_line(&err.message().map_or_else(|| sdk::chain(err), str::to_owned))
        } else {
            // A replay cannot know in which way nobody answered.
            tracing::debug!(err = %sdk::chain(err), "no answer");
            "no answer came".to_owned()
        };
        let kind = kind_of(err, code.as_deref(), &message);
        let denied = kind == GapKind::Denied;
        let actions = asked.operation.filter(|_| denied).map(|it| it.actions().map(str::to_owned).collect());
        Self {
            kind,
            denied_by: denied.then(|| denier_of(&message)),
            actions: actions.unwrap_or_default(),
            credentials,
            code,
            message,
            calls: asked.calls,
        }
    }

    /// A read that was given up because its stated budget was used up.
    pub fn over_budget(message: impl Into<String>) -> Self {
        Self::ours(GapKind::OverBudget, message)
    }

    /// An answer that cannot be what AWS documents.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::ours(GapKind::Failed, message)
    }

    fn ours(kind: GapKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            code: None,
            message: message.into(),
            denied_by: None,
            actions: Vec::new(),
            calls: Vec::new(),
            credentials: false,
        }
    }

    /// Whether AWS answered with this error code.
    pub fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// Whether AWS answered with this error code and these words: what tells "not enabled" from "not allowed".
    pub fn says(&self, code: &str, words: &str) -> bool {
        self.is(code) && self.message.to_lowercase().contains(&words.to_lowercase())
    }

    /// The gap that this leaves in `unit` where `what` would be.
    pub(crate) fn gap(&self, unit: &UnitId, what: &str) -> Gap {
        let mut calls = self.calls.clone();
        calls.sort();
        calls.dedup();
        Gap {
            id: Gap::id_of(unit, what),
            unit: unit.clone(),
            what: what.to_owned(),
            kind: self.kind,
            code: self.code.clone(),
            message: self.message.clone(),
            denied_by: self.denied_by,
            actions: self.actions.clone(),
            calls,
        }
    }
}

/// Codes by which AWS services deny; every service has its own habit.
const DENIED: [&str; 8] = [
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "Client.UnauthorizedOperation",
    "NotAuthorized",
    "UnauthorizedException",
    "UnauthorizedOperation",
];

const THROTTLED: [&str; 10] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

const EXPIRED: [&str; 4] = ["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"];

fn kind_of<E, R>(err: &SdkError<E, R>, code: Option<&str>, message: &str) -> GapKind
where
    E: Error + 'static,
    R: std::fmt::Debug + 'static,
{
    if source_of::<NotRecorded>(err).is_some() {
        return GapKind::NotAsked;
    }
    match code {
        Some(code) if DENIED.contains(&code) => GapKind::Denied,
        Some(code) if THROTTLED.contains(&code) => GapKind::Throttled,
        // Some services deny with a code of their own and say so only in words.
        Some(_) if message.contains("is not authorized to perform") => GapKind::Denied,
        _ => GapKind::Failed,
    }
}

/// Whether nobody answered: no connection, no answer in time, a connection that broke.
fn is_silence<E, R>(err: &SdkError<E, R>) -> bool
where
    E: Error + 'static,
    R: std::fmt::Debug + 'static,
{
    let ours = source_of::<NotRecorded>(err).is_some() || source_of::<Unreadable>(err).is_some();
    !ours && matches!(err, SdkError::TimeoutError(_) | SdkError::DispatchFailure(_))
}

/// What the message says stood in the way; AWS words this alike in all services that say it at all.
fn denier_of(message: &str) -> Denier {
    let words = message.to_lowercase();
    let holds = |text: &str| words.contains(text);
    if holds("service control policy") || holds("resource control policy") {
        Denier::ServiceControlPolicy
    } else if holds("vpc endpoint policy") {
        Denier::VpcEndpointPolicy
    } else if holds("permissions boundary") {
        Denier::PermissionsBoundary
    } else if holds("session policy") {
        Denier::SessionPolicy
    } else if holds("resource-based policy") {
        Denier::ResourcePolicy
    } else if holds("no identity-based policy allows") {
        Denier::MissingPermission
    } else if holds("explicit deny in an identity-based policy") {
        Denier::IdentityPolicy
    } else {
        Denier::Unsaid
    }
}

fn is_about_credentials<E, R>(code: Option<&str>, err: &SdkError<E, R>) -> bool
where
    E: Error + 'static,
    R: std::fmt::Debug + 'static,
{
    code.is_some_and(|code| EXPIRED.contains(&code))
        || source_of::<aws_credential_types::provider::error::CredentialsError>(err).is_some()
}

/// The first error of type `T` beneath `err`.
fn source_of<'a, T: Error + 'static>(err: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut at = Some(err);
    while let Some(err) = at {
        if let Some(found) = err.downcast_ref() {
            return Some(found);
        }
        at = err.source();
    }
    None
}

/// One line, bounded, without control characters and without EC2's encoded authorization message, which is long and
/// tells more than a report should hold.
fn one_line(message: &str) -> String {
    let message = message.split("Encoded authorization failure message").next().unwrap_or(message);
    let words: Vec<&str> = message.split_whitespace().collect();
    words.join(" ").chars().filter(|c| !c.is_control()).take(MESSAGE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_who_denied() {
        let said = [
            (
                "User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: guardduty:ListDetectors because no \
                 identity-based policy allows the guardduty:ListDetectors action",
                Denier::MissingPermission,
            ),
            ("... with an explicit deny in a service control policy", Denier::ServiceControlPolicy),
            ("... with an explicit deny in an identity-based policy", Denier::IdentityPolicy),
            ("... because no permissions boundary allows the action", Denier::PermissionsBoundary),
            ("You are not authorized to perform this operation.", Denier::Unsaid),
        ];
        for (message, denier) in said {
            assert_eq!(denier_of(message), denier, "{message}");
        }
    }

    #[test]
    fn a_message_is_one_bounded_line() {
        let long = format!("a\n\u{1b}[31m b {}", "x".repeat(10_000));
        let line = one_line(&long);
        assert!(line.starts_with("a [31m b x"));
        assert_eq!(line.chars().count(), MESSAGE);
        let encoded = one_line("You are not authorized. Encoded authorization failure message: abcDEF");
        assert_eq!(encoded, "You are not authorized.");
    }
}
