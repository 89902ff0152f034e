//! One typed fact record.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::read::UNREAD;
use crate::{CallId, GapId, Map, Value};

/// A resource's tags, key to value.
pub type Tags = BTreeMap<String, String>;

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
        let mut attributes = Vec::with_capacity(fields.len());
        for (name, value) in &fields {
            let gap = value.as_map().filter(|map| map.len() == 1).and_then(|map| map.get(UNREAD));
            match gap.and_then(Value::as_str) {
                Some(gap) => {
                    self.unread.insert(name.to_string(), GapId(gap.to_owned()));
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
        let unread = self.unread.iter().map(|(field, gap)| {
            let marker: Map = [(UNREAD.into(), Value::from(gap.0.as_str()))].into_iter().collect();
            (field.as_str().into(), Value::Map(marker))
        });
        let whole: Map =
            self.attributes.iter().map(|(name, value)| (name.clone(), value.clone())).chain(unread).collect();
        serde_json::from_value(serde_json::to_value(whole)?)
    }

    /// The order in which resources stand in a snapshot and in every report.
    pub fn sort_key(&self) -> (&str, &str, &str, &str) {
        (&self.kind, &self.account, &self.region, &self.id)
    }
}
