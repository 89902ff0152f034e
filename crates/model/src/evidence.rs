//! A snapshot in memory: what everything after the scan is a pure function of.

use std::collections::{BTreeMap, HashMap};

use crate::{Call, CallId, Gap, GapId, Listing, Manifest, Resource};

/// A snapshot in memory, sorted, with derived facts among the resources once `derive` has run.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The snapshot's first page.
    pub manifest: Manifest,
    /// `sha256:` and the snapshot's digest.
    pub digest: String,
    /// Sorted by [`Resource::sort_key`].
    pub resources: Vec<Resource>,
    /// Sorted by type and unit. A planned unit that did not finish stands here with every type as unread.
    pub listings: Vec<Listing>,
    /// By id.
    pub gaps: BTreeMap<GapId, Gap>,
    /// By id; bodies stay on disk.
    pub calls: HashMap<CallId, Call>,
}

impl Evidence {
    /// All resources of a type, in order.
    pub fn of_type(&self, kind: &str) -> &[Resource] {
        let start = self.resources.partition_point(|resource| resource.kind.as_str() < kind);
        let end = start + self.resources[start..].partition_point(|resource| resource.kind == kind);
        &self.resources[start..end]
    }

    /// All listings of a type.
    pub fn listings_of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Listing> + 'a {
        self.listings.iter().filter(move |listing| listing.kind == kind)
    }

    /// Puts derived resources and listings in their places.
    pub fn extend(&mut self, mut resources: Vec<Resource>, listings: Vec<Listing>) {
        resources.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        self.resources.append(&mut resources);
        // Derived types stand behind those that AWS has: looking once saves sorting them all.
        if !self.resources.is_sorted_by(|a, b| a.sort_key() <= b.sort_key()) {
            self.resources.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        }
        self.listings.extend(listings);
        self.listings.sort_by(|a, b| (&a.kind, &a.unit).cmp(&(&b.kind, &b.unit)));
    }
}
