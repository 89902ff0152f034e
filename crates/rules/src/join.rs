//! "Some resource of another type matches": candidates stand in an index, by what must be equal.

use std::collections::HashMap;
use std::fmt::Write;

use wellproof_model::{GLOBAL, Resource, Value};

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
    /// Why another one may; empty where one does.
    pub(crate) reasons: Vec<Reason>,
}

/// By what a record can match.
struct Keys {
    keys: Vec<String>,
    /// Why it may match by others too; empty where these are all.
    more: Vec<Reason>,
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
        let Keys { keys, more } = self.keys(record, |pair| &pair.right);
        if !more.is_empty() {
            // By what it is not found by, it could match anything.
            let doubts: Vec<Reason> = doubts.iter().cloned().chain(more).collect();
            self.stand(index, candidate, doubts, None, clock);
        }
        if !keys.is_empty() {
            self.stand(index, candidate, doubts, Some(&keys), clock);
        }
    }

    /// Puts a candidate in every place in which it counts: under `keys`, or where anything finds it.
    fn stand<'e>(
        &self,
        index: &mut Index<'e>,
        candidate: &'e Resource,
        mut doubts: Vec<Reason>,
        keys: Option<&[String]>,
        clock: Clock,
    ) {
        let account = self.account.then_some(candidate.account.as_str());
        let mut places: Vec<(Place<'e>, bool)> = Vec::new();
        if !self.region || candidate.region == GLOBAL {
            places.push(((account, None), false));
        } else {
            match self.everywhere.as_ref().map(|everywhere| everywhere.test(Record::Resource(candidate), clock)) {
                Some(Ok(true)) => places.push(((account, None), false)),
                None | Some(Ok(false)) => places.push(((account, Some(&candidate.region)), false)),
                Some(Err(reasons)) => {
                    // In its own region it matches in any case.
                    let own = (account, Some(candidate.region.as_str()));
                    let at = Self::keep(index, candidate, &doubts);
                    Self::place(index, own, keys, at, !doubts.is_empty());
                    doubts.extend(reasons);
                    places.push(((account, None), true));
                }
            }
        }
        for (place, doubtful) in places {
            let at = Self::keep(index, candidate, &doubts);
            Self::place(index, place, keys, at, doubtful || !doubts.is_empty());
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

    /// The keys by which `record` can match; none when something that must be equal is null.
    fn keys<'j>(&'j self, record: Record<'_>, side: impl Fn(&'j JoinPair) -> &'j Path) -> Keys {
        let paths: Vec<&Path> = self.pairs.iter().map(side).collect();
        let mut cut = false;
        let together = paths.iter().enumerate().any(|(at, path)| paths[..at].iter().any(|it| it.root == path.root));
        let keys =
            if together { keys_together(&paths, record, &mut cut) } else { keys_apart(&paths, record, &mut cut) };
        match keys {
            Ok(keys) if cut => Keys { keys, more: vec![Reason::TooManyKeys { kind: record.kind().to_owned() }] },
            Ok(keys) => Keys { keys, more: Vec::new() },
            Err(more) => Keys { keys: Vec::new(), more },
        }
    }

    /// Which candidates match `record`: of those that surely do at most `most`, and why there may be others only where none does.
    pub(crate) fn find(&self, index: &Index<'_>, record: Record<'_>, most: usize) -> Found {
        let mut found = Found::default();
        let account = self.account.then_some(record.account());
        let own = self.region.then_some((account, Some(record.region())));
        let Keys { keys, more } = self.keys(record, |pair| &pair.left);
        let groups: Vec<&Group> =
            own.into_iter().chain([(account, None)]).filter_map(|place| index.groups.get(&place)).collect();
        let hits = || groups.iter().flat_map(|group| keys.iter().filter_map(|key| group.exact.get(key)));
        found.yes.extend(hits().flat_map(|hits| &hits.yes).take(most));
        if !found.yes.is_empty() {
            found.yes.sort_unstable();
            found.yes.dedup();
            return found;
        }
        let wild = groups.iter().filter(|_| !keys.is_empty()).flat_map(|group| &group.wild);
        let maybe = hits().flat_map(|hits| &hits.maybe).take(DOUBTS).chain(wild.take(DOUBTS));
        found.reasons.extend(maybe.filter_map(|at| index.doubts.get(at)).flatten().cloned());
        found.reasons.extend(more);
        found
    }
}

/// By how many keys one resource is looked up: lists multiply.
const KEYS: usize = 10_000;

/// The keys of paths that start at different attributes: any element of one list goes with any of another.
fn keys_apart(paths: &[&Path], record: Record<'_>, cut: &mut bool) -> Result<Vec<String>, Vec<Reason>> {
    let mut keys: Option<Vec<String>> = None;
    for path in paths {
        let parts = path.each(record, key)?;
        keys = Some(match keys {
            None => parts,
            Some(keys) => product(&keys, &parts, cut, |key, part| format!("{key}{part}")),
        });
    }
    // Without pairs everything in the same place matches.
    Ok(keys.unwrap_or_else(|| vec![String::new()]))
}

/// What paths read at once, each by its place among the pairs.
type Parts = Vec<(usize, String)>;

/// The keys of paths of which some start at the same attribute: where they go through one list, they read the same element of it.
fn keys_together(paths: &[&Path], record: Record<'_>, cut: &mut bool) -> Result<Vec<String>, Vec<Reason>> {
    let mut all: Vec<Parts> = vec![Vec::new()];
    for (at, path) in paths.iter().enumerate() {
        if paths[..at].iter().any(|before| before.root == path.root) {
            continue;
        }
        let value = path.start(record)?;
        let alike = paths.iter().enumerate().filter(|(_, other)| other.root == path.root);
        let rests: Vec<(usize, &[String])> = alike.map(|(at, other)| (at, other.rest.as_slice())).collect();
        all = product(&all, &within(&value, &rests, record.kind(), cut)?, cut, |a, b| [a.as_slice(), b].concat());
    }
    let mut keys: Vec<String> = all
        .into_iter()
        .map(|mut parts| {
            parts.sort_unstable();
            parts.into_iter().map(|(_, part)| part).collect()
        })
        .collect();
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

/// What `paths` read from `value`: from a list one element after the other.
fn within(value: &Value, paths: &[(usize, &[String])], kind: &str, cut: &mut bool) -> Result<Vec<Parts>, Vec<Reason>> {
    if let Value::List(items) = value {
        let mut all = Vec::new();
        for item in items.iter() {
            all.extend(within(item, paths, kind, cut)?);
            if all.len() > KEYS {
                all.truncate(KEYS);
                *cut = true;
                break;
            }
        }
        return Ok(all);
    }
    let mut all: Vec<Parts> = vec![Vec::new()];
    for (at, (pair, path)) in paths.iter().enumerate() {
        let parts = match path.first() {
            None => key(View::of(value)).map(|key| vec![(*pair, key)]).into_iter().collect(),
            Some(name) if paths[..at].iter().any(|(_, before)| before.first() == Some(name)) => continue,
            Some(name) => {
                let member = match value {
                    Value::Null => Some(&Value::Null),
                    Value::Map(map) => map.get(name),
                    _ => None,
                };
                let member = member.ok_or_else(|| vec![Reason::missing(kind, name)])?;
                let alike = paths.iter().filter(|(_, other)| other.first() == Some(name));
                let rests: Vec<(usize, &[String])> = alike.map(|(pair, other)| (*pair, &other[1..])).collect();
                within(member, &rests, kind, cut)?
            }
        };
        all = product(&all, &parts, cut, |a, b| [a.as_slice(), b].concat());
    }
    Ok(all)
}

/// Each of `left` with each of `right`, up to [`KEYS`].
fn product<T>(left: &[T], right: &[T], cut: &mut bool, join: impl Fn(&T, &T) -> T) -> Vec<T> {
    *cut |= left.len().saturating_mul(right.len()) > KEYS;
    let join = &join;
    left.iter().flat_map(|left| right.iter().map(move |right| join(left, right))).take(KEYS).collect()
}

/// How many doubtful candidates are named: one is enough to make a resource unknown, a few say why.
const DOUBTS: usize = 8;

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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use wellproof_model::GapId;

    use super::*;
    use crate::cel::{Vars, compile_path};
    use crate::schema::Schemas;

    fn resource(attributes: serde_json::Value) -> Resource {
        Resource {
            kind: "T::Thing".to_owned(),
            id: "t".to_owned(),
            arn: None,
            account: "111122223333".to_owned(),
            region: "eu-central-1".to_owned(),
            tags: None,
            attributes: serde_json::from_value(attributes).expect("attributes"),
            calls: Vec::new(),
            unread: BTreeMap::new(),
        }
    }

    fn join(pairs: &[(&str, &str)]) -> Join {
        let names = serde_json::json!({"type": "array", "items": {"type": "string"}});
        let thing = serde_json::json!({"type": "object", "properties": {"a": names, "b": names}});
        let schemas = Schemas::from_json([("T::Thing", &thing)]);
        let vars =
            Vars { of: "T::Thing".to_owned(), attributes: schemas.attributes("T::Thing").expect("a type").clone() };
        let path = |name: &str| compile_path(name, &vars).expect("a path");
        Join {
            kind: "T::Thing".to_owned(),
            filter: None,
            everywhere: None,
            account: true,
            region: true,
            pairs: pairs.iter().map(|(left, right)| JoinPair { left: path(left), right: path(right) }).collect(),
        }
    }

    #[test]
    fn what_matches_is_looked_for_no_longer_than_needed() {
        let join = join(&[("a", "a")]);
        let clock = "2026-01-31T12:00:00Z".parse().expect("a timestamp");
        let candidates: Vec<Resource> = (0..1000).map(|_| resource(serde_json::json!({"a": ["x"]}))).collect();
        let index = join.index(candidates.iter().map(|candidate| (candidate, None)), clock);
        let subject = resource(serde_json::json!({"a": ["x", "y"]}));
        let find = |index, most| join.find(index, Record::Resource(&subject), most);
        assert_eq!(find(&index, 1).yes.len(), 1);
        assert_eq!(find(&index, usize::MAX).yes.len(), 1000);

        let doubt = |at: usize| Some(Reason::Gap(GapId::from(format!("g-{at}"))));
        let doubtful = candidates.iter().enumerate().map(|(at, candidate)| (candidate, doubt(at)));
        let found = find(&join.index(doubtful, clock), 1);
        assert!(found.yes.is_empty() && found.reasons.len() == DOUBTS, "{found:?}");
    }

    #[test]
    fn lists_do_not_multiply_without_bound() {
        let join = join(&[("a", "a"), ("b", "b")]);
        let clock = "2026-01-31T12:00:00Z".parse().expect("a timestamp");
        let names: Vec<String> = (0..1000).map(|at| at.to_string()).collect();
        let many = resource(serde_json::json!({"a": names, "b": names}));
        let one = |name: &str| resource(serde_json::json!({"a": [name], "b": [name]}));
        let found = |candidate: &Resource, subject: &Resource| {
            let index = join.index([(candidate, None)].into_iter(), clock);
            join.find(&index, Record::Resource(subject), 1)
        };
        // What is beyond the bound may match, on either side.
        let strange = one("strange");
        for (candidate, subject) in [(&many, &strange), (&strange, &many)] {
            let found = found(candidate, subject);
            assert!(found.yes.is_empty(), "{found:?}");
            assert_eq!(found.reasons, [Reason::TooManyKeys { kind: "T::Thing".to_owned() }]);
        }
        assert_eq!(found(&many, &one("0")).yes.len(), 1);
        assert_eq!(found(&one("0"), &many).yes.len(), 1);
    }
}
