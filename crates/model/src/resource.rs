//! One typed fact record.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::read::UNREAD;
use crate::value::Fields;
use crate::{CallId, GapId, Map, Tags, Value};

/// One typed fact record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Resource {
    /// `CloudFormation`'s spelling: `AWS::EC2::Instance`. Derived facts start with `Wellproof::`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The resource's own id, unique with type, account and region.
    pub id: String,
    /// Its ARN, where it has one.
    pub arn: Option<String>,
    /// The account that holds it.
    pub account: String,
    /// Its region, or `aws-global`.
    pub region: String,
    /// Its tags; `None` where the resource cannot have any. Tags that could not be read are unread under `tags`.
    pub tags: Option<Tags>,
    /// Its facts, in `snake_case` with the API's own field names. Known to be absent is an explicit null.
    pub attributes: Map,
    /// The calls that it came from, sorted.
    pub calls: Vec<CallId>,
    /// Fields that could not be read, each with its gap.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unread: BTreeMap<String, GapId>,
}

impl Resource {
    /// Splits what a fact struct serializes to into attributes and unread fields.
    ///
    /// # Errors
    /// When `facts` does not serialize to an object.
    pub fn set_facts<T: Serialize>(&mut self, facts: &T) -> Result<(), serde_json::Error> {
        let Value::Map(fields) = Value::of(facts)? else {
            return Err(serde::ser::Error::custom("facts are an object"));
        };
        let gap = |value: &Value| {
            let gap = value.as_map().filter(|map| map.len() == 1)?.get(UNREAD)?;
            gap.as_str().map(GapId::from)
        };
        if fields.iter().all(|(_, value)| gap(value).is_none()) {
            self.attributes = fields;
            return Ok(());
        }
        let mut attributes = Vec::with_capacity(fields.len());
        for (name, value) in &fields {
            match gap(value) {
                Some(gap) => {
                    self.unread.insert(name.to_string(), gap);
                }
                None => attributes.push((name.clone(), value.clone())),
            }
        }
        self.attributes = attributes.into_iter().collect();
        Ok(())
    }

    /// The facts as their struct, unread fields in their places.
    ///
    /// # Errors
    /// When the attributes are not those of `T`.
    pub fn facts<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        self.view()
    }

    /// As [`Resource::facts`], for a struct with some of the fields, whose texts it may borrow.
    ///
    /// # Errors
    /// When the attributes are not those of `T`.
    pub fn view<'de, T: Deserialize<'de>>(&'de self) -> Result<T, serde_json::Error> {
        T::deserialize(Fields { attributes: &self.attributes, unread: &self.unread })
    }

    /// The order in which resources stand in a snapshot and in every report.
    pub fn sort_key(&self) -> (&str, &str, &str, &str) {
        (&self.kind, &self.account, &self.region, &self.id)
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;
    use crate::Read;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Plain,
        Held(i64),
        Fields { a: bool },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Inner {
        share: f64,
        none: Option<i64>,
        map: BTreeMap<String, Vec<Option<String>>>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Facts {
        z: String,
        a: Vec<Inner>,
        kinds: Vec<Kind>,
        read: Read<Option<Vec<String>>>,
        absent: Read<Option<f64>>,
        unread: Read<Inner>,
        pair: (u8, String),
        time: jiff::Timestamp,
    }

    fn facts() -> Facts {
        Facts {
            z: "it\"s".to_owned(),
            a: vec![Inner {
                share: 1.0,
                none: None,
                map: BTreeMap::from([("k".to_owned(), vec![None, Some("v".to_owned())])]),
            }],
            kinds: vec![Kind::Plain, Kind::Held(-3), Kind::Fields { a: true }],
            read: Read::Known(Some(vec!["x".to_owned()])),
            absent: Read::Known(None),
            unread: Read::Unread(GapId::from("g-1")),
            pair: (7, "p".to_owned()),
            time: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    fn resource() -> Resource {
        Resource {
            kind: "T".to_owned(),
            id: "x".to_owned(),
            arn: None,
            account: "111122223333".to_owned(),
            region: "eu-central-1".to_owned(),
            tags: None,
            attributes: Map::default(),
            calls: Vec::new(),
            unread: BTreeMap::new(),
        }
    }

    #[test]
    fn facts_come_back_as_they_went_in() {
        let mut resource = resource();
        resource.set_facts(&facts()).unwrap();
        assert_eq!(resource.unread.keys().collect::<Vec<_>>(), ["unread"]);
        assert_eq!(resource.facts::<Facts>().unwrap(), facts());
    }

    #[test]
    fn a_value_is_what_json_makes_of_it() {
        let value = Value::of(&facts()).unwrap();
        assert_eq!(value, Value::from(serde_json::to_value(facts()).unwrap()));
        assert_eq!(Value::of(&f64::NAN).unwrap(), Value::Null);
    }

    #[test]
    fn a_view_borrows_some_of_the_fields() {
        #[derive(Deserialize)]
        struct View<'a> {
            #[serde(borrow)]
            z: &'a str,
        }
        let mut resource = resource();
        resource.set_facts(&facts()).unwrap();
        assert_eq!(resource.view::<View<'_>>().unwrap().z, "it\"s");
    }
}
