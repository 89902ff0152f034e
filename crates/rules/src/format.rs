//! A rule file as it is written. What its texts mean is checked in `load`.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;
use wellproof_model::{Value, Verdict};

pub(crate) type Located<T> = Spanned<T>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleFile {
    pub(crate) id: Located<String>,
    pub(crate) title: Located<String>,
    pub(crate) for_each: Located<String>,
    pub(crate) when: Option<Located<String>>,
    pub(crate) expect: Option<Located<String>>,
    pub(crate) fail_when: Option<Located<String>>,
    pub(crate) requires: Option<Located<MatchFile>>,
    pub(crate) forbids: Option<Located<MatchFile>>,
    pub(crate) at_least: Option<Located<f64>>,
    pub(crate) worst_by: Option<Located<String>>,
    pub(crate) bears_on: Located<Vec<Located<BearsOnFile>>>,
    pub(crate) seen_from: Option<SeenFrom>,
    pub(crate) none_means: Option<NoneMeans>,
    pub(crate) notes: NotesFile,
    pub(crate) fix: Located<String>,
    pub(crate) basis: Located<String>,
    pub(crate) cases: Located<Vec<Located<CaseFile>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MatchFile {
    #[serde(rename = "type")]
    pub(crate) kind: Located<String>,
    #[serde(rename = "where")]
    pub(crate) filter: Option<Located<String>>,
    #[serde(default, rename = "match")]
    pub(crate) pairs: Vec<Located<MatchPair>>,
    pub(crate) everywhere: Option<Located<String>>,
}

/// One entry of `match`: a name that is equal on both sides, or a `left: right` pair.
#[derive(Debug)]
pub(crate) struct MatchPair {
    pub(crate) left: String,
    pub(crate) right: String,
}

impl<'de> Deserialize<'de> for MatchPair {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pair;

        impl<'de> Visitor<'de> for Pair {
            type Value = MatchPair;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a name, or one `left: right` pair of names")
            }

            fn visit_str<E>(self, name: &str) -> Result<MatchPair, E> {
                Ok(MatchPair { left: name.to_owned(), right: name.to_owned() })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<MatchPair, A::Error> {
                let Some((left, right)) = map.next_entry::<String, String>()? else {
                    return Err(serde::de::Error::custom("a pair of names is empty"));
                };
                if map.next_entry::<String, String>()?.is_some() {
                    return Err(serde::de::Error::custom("one pair of names for each entry of the list"));
                }
                Ok(MatchPair { left, right })
            }
        }

        deserializer.deserialize_any(Pair)
    }
}

/// Who can see what a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeenFrom {
    /// The management account of an organization.
    Management,
}

/// What "there is nothing to judge" says of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoneMeans {
    /// It does not apply.
    NotApplicable,
}

/// What a rule that passes says of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnPass {
    /// The choice is met.
    Proves,
    /// The choice is met in part.
    Supports,
    /// Nothing.
    Nothing,
}

/// What a rule that fails says of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnFail {
    /// The choice is not met.
    Refutes,
    /// The choice is met in part at most.
    Weakens,
    /// Nothing: something that evidence does not show could do the same job.
    Nothing,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BearsOnFile {
    pub(crate) question: String,
    pub(crate) choice: Located<String>,
    pub(crate) pass: OnPass,
    pub(crate) fail: OnFail,
    pub(crate) tolerates: Option<Located<f64>>,
    pub(crate) counts_from: Option<Located<u64>>,
    #[serde(default)]
    pub(crate) together_with: Vec<Located<String>>,
    pub(crate) none_means: Option<NoneMeans>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotesFile {
    pub(crate) fail: Located<String>,
    pub(crate) pass: Located<String>,
    pub(crate) unknown: Located<String>,
    pub(crate) not_applicable: Option<Located<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseFile {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) regions: Vec<String>,
    #[serde(default)]
    pub(crate) not_scanned: Vec<String>,
    pub(crate) enabled_regions: Option<EnabledRegions>,
    #[serde(default)]
    pub(crate) management: bool,
    pub(crate) workload: Option<CaseWorkload>,
    pub(crate) given: Given,
    pub(crate) expect: Verdict,
    pub(crate) note: Option<String>,
    #[serde(default)]
    pub(crate) counts: CaseCounts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EnabledRegions {
    Unread,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseWorkload {
    #[serde(default)]
    pub(crate) accounts: Vec<String>,
    #[serde(default)]
    pub(crate) regions: Vec<String>,
    #[serde(default)]
    pub(crate) tags: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseCounts {
    pub(crate) passed: Option<u64>,
    pub(crate) failed: Option<u64>,
    pub(crate) unknown: Option<u64>,
    pub(crate) not_judged: Option<u64>,
}

/// What was read, by type, in the order written.
#[derive(Debug, Default)]
pub(crate) struct Given(pub(crate) Vec<(String, Located<GivenType>)>);

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Types;

        impl<'de> Visitor<'de> for Types {
            type Value = Given;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("resources by type")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Given, A::Error> {
                let mut types = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    types.push(entry);
                }
                Ok(Given(types))
            }
        }

        deserializer.deserialize_map(Types)
    }
}

/// What was read of one type: `denied`, `partial`, a list of resources, or the long form.
#[derive(Debug, Default)]
pub(crate) struct GivenType {
    pub(crate) resources: Vec<Located<GivenResource>>,
    pub(crate) partial: Where,
    pub(crate) denied: Where,
    pub(crate) global: bool,
}

/// In which regions.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum Where {
    #[default]
    Nowhere,
    Everywhere,
    In(Vec<String>),
}

impl Where {
    pub(crate) fn holds(&self, region: &str) -> bool {
        match self {
            Self::Nowhere => false,
            Self::Everywhere => true,
            Self::In(regions) => regions.iter().any(|entry| entry == region),
        }
    }
}

impl<'de> Deserialize<'de> for Where {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Place;

        impl<'de> Visitor<'de> for Place {
            type Value = Where;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("true, or a list of regions")
            }

            fn visit_bool<E>(self, everywhere: bool) -> Result<Where, E> {
                Ok(if everywhere { Where::Everywhere } else { Where::Nowhere })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Where, A::Error> {
                let mut regions = Vec::new();
                while let Some(region) = items.next_element()? {
                    regions.push(region);
                }
                Ok(Where::In(regions))
            }
        }

        deserializer.deserialize_any(Place)
    }
}

impl<'de> Deserialize<'de> for GivenType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Shape;

        impl<'de> Visitor<'de> for Shape {
            type Value = GivenType;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("`denied`, `partial`, a list of resources, or the long form")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<GivenType, E> {
                match word {
                    "denied" => Ok(GivenType { denied: Where::Everywhere, ..GivenType::default() }),
                    "partial" => Ok(GivenType { partial: Where::Everywhere, ..GivenType::default() }),
                    _ => Err(E::unknown_variant(word, &["denied", "partial"])),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<GivenType, A::Error> {
                let mut resources = Vec::new();
                while let Some(resource) = items.next_element()? {
                    resources.push(resource);
                }
                Ok(GivenType { resources, ..GivenType::default() })
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<GivenType, A::Error> {
                let mut given = GivenType::default();
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "resources" => given.resources = map.next_value()?,
                        "partial" => given.partial = map.next_value()?,
                        "denied" => given.denied = map.next_value()?,
                        "global" => given.global = map.next_value()?,
                        other => {
                            return Err(serde::de::Error::unknown_field(
                                other,
                                &["resources", "partial", "denied", "global"],
                            ));
                        }
                    }
                }
                Ok(given)
            }
        }

        deserializer.deserialize_any(Shape)
    }
}

/// One resource of a case.
#[derive(Debug, Default)]
pub(crate) struct GivenResource {
    pub(crate) id: Option<String>,
    pub(crate) arn: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    /// `None`: not given; `Some(None)`: the type has no tags.
    #[expect(clippy::option_option, reason = "not given, and given as null, are two things")]
    pub(crate) tags: Option<Option<wellproof_model::Tags>>,
    pub(crate) unread: Vec<String>,
    pub(crate) attributes: Vec<(String, Located<Value>)>,
}

impl<'de> Deserialize<'de> for GivenResource {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = GivenResource;

            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a resource: `{id: …, attribute: value}`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<GivenResource, A::Error> {
                let mut resource = GivenResource::default();
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "id" => resource.id = Some(map.next_value()?),
                        "arn" => resource.arn = map.next_value()?,
                        "account" => resource.account = Some(map.next_value()?),
                        "region" => resource.region = Some(map.next_value()?),
                        "tags" => resource.tags = Some(map.next_value()?),
                        "unread" => resource.unread = map.next_value()?,
                        _ => resource.attributes.push((key, map.next_value()?)),
                    }
                }
                Ok(resource)
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

impl OnPass {
    /// What it does to the choice, as a verb.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proves => "proves",
            Self::Supports => "supports",
            Self::Nothing => "says nothing",
        }
    }
}

impl OnFail {
    /// What it does to the choice, as a verb.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Refutes => "refutes",
            Self::Weakens => "weakens",
            Self::Nothing => "says nothing",
        }
    }
}
