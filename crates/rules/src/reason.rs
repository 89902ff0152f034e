//! Why something is unknown, and how that reads in a note.

use std::collections::{BTreeMap, BTreeSet};

use wellproof_model::{Evidence, GapId, GapKind, UnitId};

/// Why something is unknown.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Reason {
    /// Something was not read.
    Gap(GapId),
    /// A listing is not complete, and no gap says why.
    Incomplete { kind: String, unit: UnitId },
    /// No unit listed the type.
    NoListing { kind: String },
    /// The snapshot has no account, or no region, that the workload names.
    NoneOfWorkload { what: &'static str },
    /// An enabled region was not scanned.
    RegionNotScanned { region: String },
    /// Which regions are enabled was not read.
    RegionsUnread,
    /// The record lacks an attribute that its schema has: an older scan.
    Missing { kind: String, name: String },
    /// The predicate does not apply to what was read: null where a number is needed.
    Predicate(String),
    /// Neither `expect` nor `fail_when` holds.
    Between,
    /// The account is not known to see what only the management account sees.
    NotManagement { account: String },
    /// Whether the resource belongs to the workload could not be read.
    ScopeUnread(GapId),
    /// A resource has more combinations of what is matched than are looked up.
    TooManyKeys { kind: String },
    /// There is no call to cite.
    Uncited,
}

impl Reason {
    #[cold]
    pub(crate) fn missing(kind: &str, name: &str) -> Self {
        Self::Missing { kind: kind.to_owned(), name: name.to_owned() }
    }

    /// The gap behind it, if there is one.
    pub(crate) fn gap(&self) -> Option<&GapId> {
        match self {
            Self::Gap(gap) | Self::ScopeUnread(gap) => Some(gap),
            _ => None,
        }
    }
}

fn word(kind: GapKind) -> &'static str {
    match kind {
        GapKind::Denied => "denied",
        GapKind::Throttled => "throttled",
        GapKind::Failed => "failed",
        GapKind::OverBudget => "over budget",
        GapKind::NotAsked => "not asked",
    }
}

/// `AWS::EC2::Instance#i-1.profile` without the id: what stands for many resources alike.
fn without_id(what: &str) -> String {
    let Some((kind, rest)) = what.split_once('#') else { return what.to_owned() };
    match rest.rsplit_once('.') {
        Some((_, field)) if field.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') => format!("{kind}.{field}"),
        _ => kind.to_owned(),
    }
}

/// At most `most` of `names`, and how many more there are.
pub(crate) fn shortened<'n>(names: impl IntoIterator<Item = &'n str>, most: usize) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    if names.len() <= most {
        return names.join(", ");
    }
    format!("{} and {} more", names[..most].join(", "), names.len() - most)
}

/// Gaps of one kind in the same thing.
#[derive(Default)]
struct Alike<'g> {
    regions: BTreeSet<&'g str>,
    actions: BTreeSet<&'g str>,
}

/// What was not read, why, and what would mend it, in one clause.
pub(crate) fn describe(reasons: &BTreeSet<Reason>, evidence: &Evidence) -> String {
    let mut gaps: BTreeMap<(String, &'static str), Alike<'_>> = BTreeMap::new();
    let mut regions: BTreeSet<&str> = BTreeSet::new();
    let mut others: BTreeSet<String> = BTreeSet::new();
    for reason in reasons {
        match reason {
            Reason::Gap(id) | Reason::ScopeUnread(id) => match evidence.gaps.get(id) {
                Some(gap) => {
                    let entry = gaps.entry((without_id(&gap.what), word(gap.kind))).or_default();
                    entry.regions.insert(&gap.unit.region);
                    entry.actions.extend(gap.actions.iter().map(String::as_str));
                }
                None => {
                    others.insert("something was not read".to_owned());
                }
            },
            Reason::Incomplete { kind, unit } => {
                gaps.entry((kind.clone(), "not read to the end")).or_default().regions.insert(&unit.region);
            }
            Reason::NoListing { kind } => {
                others.insert(format!("{kind} was not scanned"));
            }
            Reason::NoneOfWorkload { what } => {
                others.insert(format!("the snapshot has no {what} of the workload"));
            }
            Reason::RegionNotScanned { region } => {
                regions.insert(region);
            }
            Reason::RegionsUnread => {
                others.insert("which regions are enabled was not read".to_owned());
            }
            Reason::Missing { kind, name } => {
                others.insert(format!("the snapshot has no `{name}` of {kind}"));
            }
            Reason::Predicate(message) => {
                others.insert(message.clone());
            }
            Reason::Between => {
                others.insert("what was read decides neither way".to_owned());
            }
            Reason::NotManagement { account } => {
                others.insert(format!(
                    "only an organization's management account sees this, and {account} is not known to be one"
                ));
            }
            Reason::TooManyKeys { kind } => {
                others.insert(format!("a {kind} has too many combinations to match"));
            }
            Reason::Uncited => {
                others.insert("no call proves it".to_owned());
            }
        }
    }
    let mut clauses: Vec<String> = gaps
        .into_iter()
        .map(|((what, why), Alike { regions, actions })| {
            let place = shortened(regions, 3);
            if actions.is_empty() {
                format!("{what} {why} in {place}")
            } else {
                format!("{what} {why} in {place} (needs {})", shortened(actions, 3))
            }
        })
        .collect();
    if !regions.is_empty() {
        clauses.push(format!("{} not scanned", shortened(regions, 3)));
    }
    clauses.extend(others);
    if clauses.is_empty() {
        return "nothing was read".to_owned();
    }
    let more = clauses.len().saturating_sub(3);
    clauses.truncate(3);
    let text = clauses.join("; ");
    if more == 0 { text } else { format!("{text}; and {more} more") }
}
