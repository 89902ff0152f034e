//! "Some resource of another type matches": candidates stand in an index, by what must be equal.

use std::collections::HashMap;
use std::fmt::Write;

use wellproof_model::{GLOBAL, Resource};

use crate::cel::{Clock, Path, Program, Record, View};
use crate::reason::Reason;

/// `requires` or `forbids`, compiled.
#[derive(Debug)]
pub(crate) struct Join {
    pub(crate) kind: String,
    pub(crate) filter: Option<Program>,
    pub(crate) everywhere: Option<Program>,
    /// Whether the account must be the same.
    pub(crate) account: bool,
    /// Whether the region must be the same.
    pub(crate) region: bool,
    pub(crate) pairs: Vec<JoinPair>,
}

#[derive(Debug)]
pub(crate) struct JoinPair {
    pub(crate) left: Path,
    pub(crate) right: Path,
}

/// Which candidates match a resource.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Those that do.
    pub(crate) yes: Vec<u32>,
    /// Why there may be more.
    pub(crate) reasons: Vec<Reason>,
}

#[derive(Debug, Default)]
struct Hits {
    yes: Vec<u32>,
    maybe: Vec<u32>,
}

#[derive(Debug, Default)]
struct Group {
    exact: HashMap<String, Hits>,
    /// Candidates of which something that is matched was not read: they could match anything.
    wild: Vec<u32>,
}

/// Account and region; `None` where it does not matter.
type Place<'p> = (Option<&'p str>, Option<&'p str>);

/// The candidates of a join.
#[derive(Debug)]
pub(crate) struct Index<'e> {
    pub(crate) candidates: Vec<&'e Resource>,
    groups: HashMap<Place<'e>, Group>,
    doubts: HashMap<u32, Vec<Reason>>,
}

impl Join {
    /// Puts `candidates` in an index. Each comes with the reason why it may not count, if there is one.
    pub(crate) fn index<'e>(
        &self,
        candidates: impl Iterator<Item = (&'e Resource, Option<Reason>)>,
        clock: Clock,
    ) -> Index<'e> {
        let mut index = Index { candidates: Vec::new(), groups: HashMap::new(), doubts: HashMap::new() };
        for (candidate, doubt) in candidates {
            self.add(&mut index, candidate, doubt, clock);
        }
        index
    }

    fn add<'e>(&self, index: &mut Index<'e>, candidate: &'e Resource, doubt: Option<Reason>, clock: Clock) {
        let record = Record::Resource(candidate);
        let mut doubts: Vec<Reason> = doubt.into_iter().collect();
        match self.filter.as_ref().map(|filter| filter.test(record, clock)) {
            None | Some(Ok(true)) => {}
            Some(Ok(false)) => return,
            Some(Err(reasons)) => doubts.extend(reasons),
        }
        let keys = match self.keys(record, |pair| &pair.right) {
            Ok(keys) if keys.is_empty() => return,
            Ok(keys) => Some(keys),
            Err(reasons) => {
                doubts.extend(reasons);
                None
            }
        };
        let account = self.account.then_some(candidate.account.as_str());
        let mut places: Vec<(Place<'e>, bool)> = Vec::new();
        if !self.region || candidate.region == GLOBAL {
            places.push(((account, None), false));
        } else {
            match self.everywhere.as_ref().map(|everywhere| everywhere.test(record, clock)) {
                Some(Ok(true)) => places.push(((account, None), false)),
                None | Some(Ok(false)) => places.push(((account, Some(&candidate.region)), false)),
                Some(Err(reasons)) => {
                    // In its own region it matches in any case.
                    let own = (account, Some(candidate.region.as_str()));
                    let at = Self::keep(index, candidate, &doubts);
                    Self::place(index, own, keys.as_deref(), at, !doubts.is_empty());
                    doubts.extend(reasons);
                    places.push(((account, None), true));
                }
            }
        }
        for (place, doubtful) in places {
            let at = Self::keep(index, candidate, &doubts);
            Self::place(index, place, keys.as_deref(), at, doubtful || !doubts.is_empty());
        }
    }

    fn keep<'e>(index: &mut Index<'e>, candidate: &'e Resource, doubts: &[Reason]) -> u32 {
        let at = u32::try_from(index.candidates.len()).unwrap_or(u32::MAX);
        index.candidates.push(candidate);
        if !doubts.is_empty() {
            index.doubts.insert(at, doubts.to_vec());
        }
        at
    }

    fn place<'e>(index: &mut Index<'e>, place: Place<'e>, keys: Option<&[String]>, at: u32, doubtful: bool) {
        let group = index.groups.entry(place).or_default();
        match keys {
            None => group.wild.push(at),
            Some(keys) => {
                for key in keys {
                    let hits = group.exact.entry(key.clone()).or_default();
                    if doubtful { hits.maybe.push(at) } else { hits.yes.push(at) }
                }
            }
        }
    }

    /// Every key by which `record` can match; none when something that must be equal is null.
    fn keys<'j>(
        &'j self,
        record: Record<'_>,
        side: impl Fn(&'j JoinPair) -> &'j Path,
    ) -> Result<Vec<String>, Vec<Reason>> {
        let mut keys: Option<Vec<String>> = None;
        for pair in &self.pairs {
            let parts = side(pair).each(record, key)?;
            keys = Some(match keys {
                None => parts,
                Some(keys) => {
                    keys.iter().flat_map(|key| parts.iter().map(move |part| format!("{key}{part}"))).collect()
                }
            });
        }
        // Without pairs everything in the same place matches.
        Ok(keys.unwrap_or_else(|| vec![String::new()]))
    }

    /// Which candidates match `record`.
    pub(crate) fn find(&self, index: &Index<'_>, record: Record<'_>) -> Found {
        let mut found = Found::default();
        let account = self.account.then_some(record.account());
        let own = self.region.then_some((account, Some(record.region())));
        let keys = self.keys(record, |pair| &pair.left);
        for place in own.into_iter().chain([(account, None)]) {
            let Some(group) = index.groups.get(&place) else { continue };
            let doubts = |at: &u32| index.doubts.get(at).into_iter().flatten().cloned();
            match &keys {
                Ok(keys) => {
                    for hits in keys.iter().filter_map(|key| group.exact.get(key)) {
                        found.yes.extend(&hits.yes);
                        found.reasons.extend(hits.maybe.iter().flat_map(doubts));
                    }
                    if !keys.is_empty() {
                        found.reasons.extend(group.wild.iter().take(WILD).flat_map(doubts));
                    }
                }
                Err(reasons) => found.reasons.extend(reasons.iter().cloned()),
            }
        }
        if let Err(reasons) = keys
            && found.reasons.is_empty()
        {
            found.reasons = reasons;
        }
        found.yes.sort_unstable();
        found.yes.dedup();
        found
    }
}

/// How many doubtful candidates are named: one is enough to make a resource unknown, a few say why.
const WILD: usize = 8;

/// What a value is found by; `None` for null, which nothing equals.
fn key(value: View<'_>) -> Option<String> {
    let mut out = String::new();
    write_key(&mut out, value).then_some(out)
}

fn write_key(out: &mut String, value: View<'_>) -> bool {
    // Lengths stand before texts, so that two different keys are never spelt alike.
    let written = match value {
        View::Null => return false,
        View::Bool(it) => write!(out, "b{it};"),
        View::Int(it) => write!(out, "n{it};"),
        View::Float(it) => write!(out, "n{it};"),
        View::Text(it) => {
            let written = write!(out, "s{}:", it.len());
            out.push_str(it);
            written
        }
        View::List(list) => {
            out.push('[');
            for item in list {
                if !write_key(out, View::of(item)) {
                    out.push('0');
                }
            }
            write!(out, "];")
        }
        View::Map(map) => {
            out.push('{');
            for (name, item) in map {
                let _infallible = write!(out, "{}:{name}=", name.len());
                if !write_key(out, View::of(item)) {
                    out.push('0');
                }
            }
            write!(out, "}};")
        }
    };
    written.is_ok()
}
