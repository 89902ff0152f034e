//! Which part of an account the review is about: `wellproof.toml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Resource, Tags};

/// `wellproof.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// What the review is about; without it the whole account is the workload.
    pub workload: Option<Workload>,
    /// What tells how instances were launched.
    #[serde(default)]
    pub provenance: Provenance,
}

/// The workload under review.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Its name, shown in every report.
    pub name: String,
    /// Accounts that belong to it; empty means every scanned account.
    #[serde(default)]
    pub accounts: Vec<String>,
    /// Regions that belong to it; empty means every region.
    #[serde(default)]
    pub regions: Vec<String>,
    /// Tags of which a resource must carry at least one, as `key=value` or `key`; empty means every resource.
    #[serde(default)]
    pub tags: Vec<TagSelector>,
    /// What is left out, each with the reason that the report prints.
    #[serde(default)]
    pub exclude: Vec<Exclusion>,
}

/// `key=value`, or `key` for any value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "String", into = "String")]
#[schemars(with = "String")]
pub struct TagSelector {
    /// The tag's key.
    pub key: String,
    /// Its value; `None` for any.
    pub value: Option<String>,
}

impl From<String> for TagSelector {
    fn from(text: String) -> Self {
        match text.split_once('=') {
            Some((key, value)) => Self { key: key.to_owned(), value: Some(value.to_owned()) },
            None => Self { key: text, value: None },
        }
    }
}

impl From<TagSelector> for String {
    fn from(tag: TagSelector) -> Self {
        match tag.value {
            Some(value) => format!("{}={value}", tag.key),
            None => tag.key,
        }
    }
}

impl TagSelector {
    /// Whether `tags` carry it.
    pub fn matches(&self, tags: &Tags) -> bool {
        tags.get(&self.key).is_some_and(|found| self.value.as_ref().is_none_or(|wanted| wanted == found))
    }
}

/// A resource, or a kind of resources, that the review leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    /// Why; printed in the report.
    pub reason: String,
    /// The resource's id or ARN.
    pub resource: Option<String>,
    /// A resource type.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// A tag, as `key=value` or `key`.
    pub tag: Option<TagSelector>,
}

/// What tells how an EC2 instance was launched, beyond what AWS records.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Tool name (`terraform`, `cdk`, `pulumi`) to the tag that it sets, as `key=value` or `key`.
    #[serde(default)]
    pub tags: BTreeMap<String, TagSelector>,
}

impl Scope {
    /// Whether `resource` is part of the workload.
    ///
    /// Tags select among resources that can carry tags; one that cannot (an account's settings, a quota) is judged
    /// wherever its account and region are. A resource whose tags could not be read stays in: leaving it out could
    /// hide a failure.
    pub fn holds(&self, resource: &Resource) -> bool {
        let Some(workload) = &self.workload else { return true };
        let listed = |list: &[String], name: &str| list.is_empty() || list.iter().any(|entry| entry == name);
        if !listed(&workload.accounts, &resource.account) {
            return false;
        }
        if resource.region != crate::GLOBAL && !listed(&workload.regions, &resource.region) {
            return false;
        }
        if workload.exclude.iter().any(|exclusion| exclusion.covers(resource)) {
            return false;
        }
        match &resource.tags {
            Some(tags) if !resource.unread.contains_key("tags") => {
                workload.tags.is_empty() || workload.tags.iter().any(|tag| tag.matches(tags))
            }
            _ => true,
        }
    }
}

impl Exclusion {
    fn covers(&self, resource: &Resource) -> bool {
        let named = self.resource.as_ref().map(|name| resource.id == *name || resource.arn.as_ref() == Some(name));
        let kind = self.kind.as_ref().map(|kind| resource.kind == *kind);
        let tag = self.tag.as_ref().map(|tag| resource.tags.as_ref().is_some_and(|tags| tag.matches(tags)));
        let mut said = [named, kind, tag].into_iter().flatten().peekable();
        said.peek().is_some() && said.all(|holds| holds)
    }
}
