//! What the snapshot knows that helps a person: counts, put into words by `hints.yaml`.
//!
//! A hint never changes a suggestion. It counts only what lies in the workload, and says "at least" where a listing, or a field
//! that it reads, is not complete, or an enabled region was not scanned.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value as Json;
use wellproof_model::{Evidence, ListingState, Resource, Value};

use crate::ruled::listed_whole;
use crate::text::{cut, list, one_line};

const FILE: &str = include_str!("../hints.yaml");
/// How many values of a split or a list are named.
const NAMED: usize = 4;
/// Values are AWS's or the account's own, of any length.
const VALUE: usize = 48;

static HINTS: LazyLock<Hints> = LazyLock::new(|| Hints::read(FILE).expect("a test reads hints.yaml"));

/// `hints.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    nouns: BTreeMap<String, String>,
    phrases: BTreeMap<String, PhraseFile>,
    hints: BTreeMap<String, Vec<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PhraseFile {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, rename = "where")]
    conditions: BTreeMap<String, Json>,
    by: Option<String>,
    by_tag: Option<Vec<String>>,
    list: Option<String>,
    say: String,
}

/// Every phrase, and which of them help with which choice.
pub(crate) struct Hints {
    phrases: Vec<Phrase>,
    by_choice: BTreeMap<String, Vec<usize>>,
}

#[derive(Debug)]
struct Phrase {
    kind: String,
    noun: String,
    conditions: Vec<(Field, Condition)>,
    split: Option<Split>,
    say: String,
}

#[derive(Debug)]
enum Field {
    Region,
    Tags,
    Attribute(String),
}

#[derive(Debug)]
enum Condition {
    OneOf(Vec<Json>),
    Not(Json),
    Above(f64),
    AtLeast(f64),
    Below(f64),
    OlderThanDays(f64),
    Set(bool),
    Empty(bool),
    HasTag(Vec<String>),
}

#[derive(Debug)]
enum Split {
    By(Field),
    Tag(Vec<String>),
}

/// What a phrase came to: how many hold, how many were looked at, and whether there may be more.
#[derive(Default)]
struct Tally {
    held: u64,
    total: u64,
    split: BTreeMap<String, u64>,
    unsure: bool,
}

impl Hints {
    /// The hints that come with the binary.
    pub(crate) fn shipped() -> &'static Self {
        &HINTS
    }

    /// The resource types that the phrases count.
    pub(crate) fn types(&self) -> impl Iterator<Item = &str> {
        self.phrases.iter().map(|phrase| phrase.kind.as_str())
    }

    fn read(text: &str) -> Result<Self, String> {
        let file: File = serde_saphyr::from_str(text).map_err(|err| err.to_string())?;
        let mut place = HashMap::new();
        let mut phrases = Vec::new();
        for (name, phrase) in file.phrases {
            let noun = file.nouns.get(&phrase.kind).ok_or_else(|| format!("`{}` has no noun", phrase.kind))?;
            let read = phrase.read(noun).map_err(|err| format!("phrase `{name}`: {err}"))?;
            place.insert(name, phrases.len());
            phrases.push(read);
        }
        let mut by_choice = BTreeMap::new();
        for (choice, names) in file.hints {
            let places: Result<Vec<usize>, String> = names
                .iter()
                .map(|name| place.get(name).copied().ok_or_else(|| format!("`{choice}`: no phrase `{name}`")))
                .collect();
            by_choice.insert(choice, places?);
        }
        Ok(Self { phrases, by_choice })
    }

    /// What helps with each choice that the snapshot knows something of.
    ///
    /// `in_scope` tells of each resource, by its place, whether it belongs to the workload; `in_region` whether a unit's region does.
    pub(crate) fn of(
        &self,
        evidence: &Evidence,
        in_scope: &[bool],
        in_region: impl Fn(&str, &str) -> bool,
    ) -> BTreeMap<&str, String> {
        let mut said: Vec<Option<String>> = Vec::with_capacity(self.phrases.len());
        let mut reads: HashMap<&str, Reading> = HashMap::new();
        for phrase in &self.phrases {
            let reading =
                *reads.entry(phrase.kind.as_str()).or_insert_with(|| Reading::of(evidence, &phrase.kind, &in_region));
            said.push(phrase.say(evidence, in_scope, reading));
        }
        let sentence = |places: &Vec<usize>| {
            let mut parts: Vec<&str> = Vec::new();
            for part in places.iter().filter_map(|place| said[*place].as_deref()) {
                if !parts.contains(&part) {
                    parts.push(part);
                }
            }
            (!parts.is_empty()).then(|| format!("{}.", parts.join("; ")))
        };
        self.by_choice.iter().filter_map(|(choice, places)| Some((choice.as_str(), sentence(places)?))).collect()
    }
}

/// How far the listings of a type got.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    NotAsked,
    Unread,
    Partial,
    Complete,
}

impl Reading {
    fn of(evidence: &Evidence, kind: &str, in_region: &impl Fn(&str, &str) -> bool) -> Self {
        let mut states = evidence
            .listings_of(kind)
            .filter(|listing| in_region(&listing.unit.account, &listing.unit.region))
            .map(|listing| listing.state);
        let Some(first) = states.next() else { return Self::NotAsked };
        let (mut all, mut none) = (first == ListingState::Complete, first == ListingState::Unread);
        for state in states {
            all &= state == ListingState::Complete;
            none &= state == ListingState::Unread;
        }
        match (all, none) {
            (true, _) if listed_whole(kind, evidence, in_region) => Self::Complete,
            (_, true) => Self::Unread,
            _ => Self::Partial,
        }
    }
}

impl PhraseFile {
    fn read(self, noun: &str) -> Result<Phrase, String> {
        let conditions: Result<Vec<_>, String> = self
            .conditions
            .iter()
            .map(|(field, wanted)| {
                let field = Field::of(field);
                let condition = Condition::read(&field, wanted)?;
                Ok((field, condition))
            })
            .collect();
        let split = match (self.by.or(self.list), self.by_tag) {
            (Some(field), None) => Some(Split::By(Field::of(&field))),
            (None, Some(tags)) => Some(Split::Tag(tags)),
            (None, None) => None,
            (Some(_), Some(_)) => return Err("`by` and `by_tag` exclude each other".to_owned()),
        };
        if split.is_some() != (self.say.contains("{split}") || self.say.contains("{list}")) {
            return Err("a split needs {split} or {list}".to_owned());
        }
        Ok(Phrase { kind: self.kind, noun: noun.to_owned(), conditions: conditions?, split, say: self.say })
    }
}

impl Field {
    fn of(name: &str) -> Self {
        match name {
            "$region" => Self::Region,
            "$tags" => Self::Tags,
            name => Self::Attribute(name.to_owned()),
        }
    }
}

impl Condition {
    fn read(field: &Field, wanted: &Json) -> Result<Self, String> {
        if matches!(field, Field::Tags) {
            let keys = wanted.as_array().ok_or("`$tags` takes a list of keys")?;
            return Ok(Self::HasTag(keys.iter().filter_map(Json::as_str).map(str::to_ascii_lowercase).collect()));
        }
        let Some(object) = wanted.as_object() else {
            return Ok(Self::OneOf(wanted.as_array().cloned().unwrap_or_else(|| vec![wanted.clone()])));
        };
        let Some((word, value)) = object.iter().next().filter(|_| object.len() == 1) else {
            return Err("a condition has one word".to_owned());
        };
        let number = || value.as_f64().ok_or_else(|| format!("`{word}` takes a number"));
        let truth = || value.as_bool().ok_or_else(|| format!("`{word}` takes true or false"));
        match word.as_str() {
            "above" => Ok(Self::Above(number()?)),
            "at_least" => Ok(Self::AtLeast(number()?)),
            "below" => Ok(Self::Below(number()?)),
            "older_than_days" => Ok(Self::OlderThanDays(number()?)),
            "set" => Ok(Self::Set(truth()?)),
            "empty" => Ok(Self::Empty(truth()?)),
            "not" => Ok(Self::Not(value.clone())),
            _ => Err(format!("no condition is called `{word}`")),
        }
    }

    /// Whether the condition holds of a value that was read.
    fn holds(&self, value: &Value, clock: Timestamp) -> bool {
        match self {
            Self::OneOf(wanted) => wanted.iter().any(|wanted| same(value, wanted)),
            Self::Not(unwanted) => !same(value, unwanted),
            Self::Above(bound) => value.as_f64().is_some_and(|it| it > *bound),
            Self::AtLeast(bound) => value.as_f64().is_some_and(|it| it >= *bound),
            Self::Below(bound) => value.as_f64().is_some_and(|it| it < *bound),
            Self::OlderThanDays(days) => age_in_days(value, clock).is_some_and(|age| age > *days),
            Self::Set(wanted) => (*value != Value::Null) == *wanted,
            Self::Empty(wanted) => value.as_list().is_some_and(|list| list.is_empty() == *wanted),
            Self::HasTag(_) => false,
        }
    }
}

fn same(value: &Value, wanted: &Json) -> bool {
    match (value, wanted) {
        (Value::Str(it), Json::String(wanted)) => it == wanted,
        (Value::Bool(it), Json::Bool(wanted)) => it == wanted,
        (Value::Null, Json::Null) => true,
        (_, Json::Number(wanted)) => value.as_f64() == wanted.as_f64() && value.as_f64().is_some(),
        _ => false,
    }
}

fn age_in_days(value: &Value, clock: Timestamp) -> Option<f64> {
    let since: Timestamp = value.as_str()?.parse().ok()?;
    Some(clock.duration_since(since).as_secs_f64() / 86_400.0)
}

/// A condition or a split over something that was not read.
struct Unread;

impl Phrase {
    /// The phrase with its counts; `None` where nothing is known, or nothing worth saying.
    fn say(&self, evidence: &Evidence, in_scope: &[bool], reading: Reading) -> Option<String> {
        match reading {
            Reading::NotAsked => return None,
            Reading::Unread => return Some(format!("{} were not read", self.noun)),
            Reading::Partial | Reading::Complete => {}
        }
        let tally = self.tally(evidence, in_scope, reading);
        if tally.total == 0 {
            return (!tally.unsure).then(|| format!("no {}", self.noun));
        }
        // "At least 0" says nothing.
        if tally.held == 0 && tally.unsure {
            return None;
        }
        let at_least = |n: u64, unsure: bool| if unsure { format!("at least {n}") } else { n.to_string() };
        let named = |counted: bool| {
            let mut values: Vec<(&String, &u64)> = tally.split.iter().collect();
            values.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
            let words: Vec<String> = values
                .iter()
                .map(|(value, n)| if counted { format!("{value} {n}") } else { (*value).clone() })
                .collect();
            let some = if tally.unsure { "at least " } else { "" };
            if words.is_empty() { "none".to_owned() } else { format!("{some}{}", list(&words, NAMED)) }
        };
        let mut text = self.say.replace("{n}", &at_least(tally.held, tally.unsure));
        text = text.replace("{total}", &at_least(tally.total, reading == Reading::Partial));
        if text.contains("{split}") {
            text = text.replace("{split}", &named(true));
        } else if text.contains("{list}") {
            text = text.replace("{list}", &named(false));
        }
        Some(text)
    }

    fn tally(&self, evidence: &Evidence, in_scope: &[bool], reading: Reading) -> Tally {
        let clock = evidence.manifest.started_at;
        let first = evidence.resources.partition_point(|resource| resource.kind < self.kind);
        let mut tally = Tally { unsure: reading == Reading::Partial, ..Tally::default() };
        for (place, resource) in evidence.of_type(&self.kind).iter().enumerate() {
            if !in_scope[first + place] {
                continue;
            }
            tally.total += 1;
            match self.selects(resource, clock) {
                Ok(false) => {}
                Err(Unread) => tally.unsure = true,
                Ok(true) => {
                    tally.held += 1;
                    match self.split.as_ref().map(|split| split.value(resource)) {
                        None => {}
                        Some(Ok(value)) => *tally.split.entry(value).or_default() += 1,
                        Some(Err(Unread)) => tally.unsure = true,
                    }
                }
            }
        }
        tally
    }

    /// Whether every condition holds. One that does not decides, whatever else was not read.
    fn selects(&self, resource: &Resource, clock: Timestamp) -> Result<bool, Unread> {
        let mut unread = false;
        for (field, condition) in &self.conditions {
            let held = match (field, condition) {
                (Field::Tags, Condition::HasTag(keys)) => tag(resource, keys).map(|found| found.is_some()),
                (Field::Region, _) => Ok(condition.holds(&Value::from(resource.region.as_str()), clock)),
                (Field::Attribute(name), _) => match resource.attributes.get(name) {
                    Some(value) => Ok(condition.holds(value, clock)),
                    None => Err(Unread),
                },
                (Field::Tags, _) => Ok(false),
            };
            match held {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(Unread) => unread = true,
            }
        }
        if unread { Err(Unread) } else { Ok(true) }
    }
}

impl Split {
    fn value(&self, resource: &Resource) -> Result<String, Unread> {
        match self {
            Self::By(Field::Region) => Ok(resource.region.clone()),
            Self::By(Field::Tags) => Ok("none".to_owned()),
            Self::By(Field::Attribute(name)) => resource.attributes.get(name).map(in_words).ok_or(Unread),
            Self::Tag(keys) => Ok(tag(resource, keys)?.map_or_else(|| "none".to_owned(), in_words_of_text)),
        }
    }
}

/// The value of the first of `keys`, written in any case, that the resource has.
fn tag<'a>(resource: &'a Resource, keys: &[String]) -> Result<Option<&'a str>, Unread> {
    if resource.unread.contains_key("tags") {
        return Err(Unread);
    }
    let Some(tags) = &resource.tags else { return Ok(None) };
    let of = |key: &String| tags.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value);
    Ok(keys.iter().find_map(of))
}

fn in_words(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Str(text) => in_words_of_text(text),
        Value::List(_) | Value::Map(_) => "several".to_owned(),
    }
}

fn in_words_of_text(text: &str) -> String {
    // Semicolons part phrases.
    cut(&one_line(text).replace(';', ","), VALUE)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use wellproof_lens::Lens;

    use super::*;

    #[test]
    fn every_phrase_reads_fields_that_exist() {
        let schemas = wellproof_facts::schemas();
        for phrase in &Hints::shipped().phrases {
            let schema = schemas.get(phrase.kind.as_str()).unwrap_or_else(|| panic!("no type `{}`", phrase.kind));
            let split = match &phrase.split {
                Some(Split::By(field)) => Some(field),
                _ => None,
            };
            for field in phrase.conditions.iter().map(|(field, _)| field).chain(split) {
                if let Field::Attribute(name) = field {
                    assert!(schema["properties"].get(name).is_some(), "{} has no `{name}`", phrase.kind);
                }
            }
        }
    }

    #[test]
    fn every_hint_is_of_a_choice_and_every_phrase_is_used() {
        let lens = Lens::by_id("wellarchitected").unwrap();
        let choices: BTreeSet<&str> = lens.choices().map(|(_, choice)| choice.id.as_str()).collect();
        let hints = Hints::shipped();
        for choice in hints.by_choice.keys() {
            assert!(choices.contains(choice.as_str()), "no choice `{choice}`");
        }
        let used: BTreeSet<usize> = hints.by_choice.values().flatten().copied().collect();
        let unused: Vec<&str> =
            (0..hints.phrases.len()).filter(|at| !used.contains(at)).map(|at| hints.phrases[at].say.as_str()).collect();
        assert!(unused.is_empty(), "{unused:?}");
        assert!(hints.by_choice.len() > 200, "{}", hints.by_choice.len());
    }
}
