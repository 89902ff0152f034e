//! What the mappings of all types share.

use aws_sdk_ec2::types::{Filter, GroupIdentifier, Tag};
use wellproof_aws::Unit;
use wellproof_aws::member::sorted;

/// As many as EC2 gives in one page of most listings.
pub(crate) const PAGE: i32 = 1_000;
/// The same of the listings whose pages are small.
pub(crate) const SMALL_PAGE: i32 = 100;
/// How many values are asked for in one filter; EC2 takes 200.
pub(crate) const FILTER: usize = 100;

pub(crate) fn tags(tags: &[Tag]) -> Vec<(String, String)> {
    let pairs = tags.iter().filter_map(|tag| Some((tag.key.clone()?, tag.value.clone().unwrap_or_default())));
    pairs.collect()
}

/// The ARN of something that `owner` has in the unit's region; EC2 itself spells out next to none.
pub(crate) fn arn(unit: &Unit, owner: &str, kind: &str, id: &str) -> String {
    format!("arn:{}:ec2:{}:{owner}:{kind}/{id}", unit.partition(), unit.region())
}

pub(crate) fn filter(name: &str, values: &[String]) -> Filter {
    Filter::builder().name(name).set_values(Some(values.to_vec())).build()
}

/// Ids of security groups, sorted, each once.
pub(crate) fn group_ids<'a>(groups: impl IntoIterator<Item = &'a GroupIdentifier>) -> Vec<String> {
    sorted(groups.into_iter().filter_map(|group| group.group_id.as_deref()))
}
