//! How far the listings of a type reach: what proves that there is no more of it, or why nothing does.

use std::collections::{BTreeSet, HashMap};

use wellproof_model::{CallId, Evidence, GLOBAL, Listing, ListingState, UnitId};

use crate::reason::Reason;

/// The type whose listing says which regions are enabled.
pub(crate) const REGION: &str = "AWS::EC2::Region";

/// Which regions are asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Regions<'r> {
    /// One, and what stands in no region.
    One(&'r str),
    /// Every enabled one, within these where there are any.
    Enabled(&'r [String]),
}

impl Regions<'_> {
    fn holds(&self, region: &str) -> bool {
        region == GLOBAL
            || match self {
                Self::One(one) => *one == region,
                Self::Enabled(within) => within.is_empty() || within.iter().any(|entry| entry == region),
            }
    }
}

/// What an absence in some place rests on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reach<'e> {
    /// The calls of the complete listings.
    pub(crate) calls: Vec<&'e CallId>,
    /// Why an absence is not proven; empty when it is.
    pub(crate) reasons: BTreeSet<Reason>,
}

#[derive(Debug, Default)]
struct KindCoverage<'e> {
    listings: Vec<&'e Listing>,
    collectors: BTreeSet<&'e str>,
}

impl KindCoverage<'_> {
    /// Whether one unit holds all of an account's resources of the type.
    fn is_global(&self) -> bool {
        !self.listings.is_empty() && self.listings.iter().all(|listing| listing.unit.region == GLOBAL)
    }
}

/// The listings of a snapshot, by type.
#[derive(Debug)]
pub(crate) struct Coverage<'e> {
    evidence: &'e Evidence,
    /// Every account that the snapshot is about, sorted.
    pub(crate) accounts: Vec<&'e str>,
    kinds: HashMap<&'e str, KindCoverage<'e>>,
}

impl<'e> Coverage<'e> {
    pub(crate) fn new(evidence: &'e Evidence) -> Self {
        let manifest = &evidence.manifest;
        let mut kinds: HashMap<&str, KindCoverage<'_>> = HashMap::new();
        for listing in &evidence.listings {
            let kind = kinds.entry(listing.kind.as_str()).or_default();
            kind.listings.push(listing);
            kind.collectors.insert(&listing.unit.collector);
        }
        for (collector, types) in &manifest.types {
            for kind in types {
                kinds.entry(kind).or_default().collectors.insert(collector);
            }
        }
        let mut accounts: BTreeSet<&str> = BTreeSet::new();
        accounts.insert(&manifest.caller.account);
        accounts.extend(manifest.planned.iter().map(|unit| unit.account.as_str()));
        accounts.extend(evidence.listings.iter().map(|listing| listing.unit.account.as_str()));
        accounts.remove("");
        Self { evidence, accounts: accounts.into_iter().collect(), kinds }
    }

    /// What proves that there is no more of `kind` in `regions` of `account`, or of all `accounts`.
    pub(crate) fn reach(&self, kind: &str, accounts: &[&str], regions: Regions<'_>) -> Reach<'e> {
        let mut reach = Reach::default();
        let Some(coverage) = self.kinds.get(kind) else {
            reach.reasons.insert(Reason::NoListing { kind: kind.to_owned() });
            return reach;
        };
        for account in accounts {
            self.reach_in(kind, coverage, account, regions, &mut reach);
        }
        if accounts.is_empty() {
            reach.reasons.insert(Reason::NoListing { kind: kind.to_owned() });
        }
        reach
    }

    fn reach_in(
        &self,
        kind: &str,
        coverage: &KindCoverage<'e>,
        account: &str,
        regions: Regions<'_>,
        reach: &mut Reach<'e>,
    ) {
        let here = |unit: &UnitId| unit.account == account && regions.holds(&unit.region);
        let mut listed: BTreeSet<&str> = BTreeSet::new();
        for listing in coverage.listings.iter().filter(|listing| here(&listing.unit)) {
            listed.insert(&listing.unit.region);
            if listing.state == ListingState::Complete {
                reach.calls.extend(&listing.calls);
            } else {
                reach.reasons.insert(listing.gap.as_ref().map_or_else(
                    || Reason::Incomplete { kind: kind.to_owned(), unit: listing.unit.clone() },
                    |gap| Reason::Gap(gap.clone()),
                ));
            }
        }
        let manifest = &self.evidence.manifest;
        let unfinished = manifest.planned.iter().filter(|unit| {
            here(unit)
                && coverage.collectors.contains(unit.collector.as_str())
                && !coverage.listings.iter().any(|listing| listing.unit == **unit)
        });
        for unit in unfinished {
            listed.insert(&unit.region);
            reach.reasons.insert(Reason::Incomplete { kind: kind.to_owned(), unit: unit.clone() });
        }
        if coverage.is_global() {
            if listed.is_empty() {
                reach.reasons.insert(Reason::NoListing { kind: kind.to_owned() });
            }
            return;
        }
        for region in self.required(regions, reach) {
            if listed.contains(region) {
                continue;
            }
            if manifest.regions.iter().any(|scanned| scanned == region) {
                reach.reasons.insert(Reason::NoListing { kind: kind.to_owned() });
            } else {
                reach.reasons.insert(Reason::RegionNotScanned { region: region.to_owned() });
            }
        }
        if listed.is_empty() && reach.reasons.is_empty() {
            reach.reasons.insert(Reason::NoListing { kind: kind.to_owned() });
        }
    }

    /// The regions in which the type has to have been listed.
    fn required<'a>(&'a self, regions: Regions<'a>, reach: &mut Reach<'e>) -> Vec<&'a str> {
        let manifest = &self.evidence.manifest;
        if let Regions::One(region) = regions {
            return if region == GLOBAL { Vec::new() } else { vec![region] };
        }
        let Some(enabled) = &manifest.regions_enabled else {
            reach.reasons.insert(Reason::RegionsUnread);
            return manifest.regions.iter().map(String::as_str).filter(|region| regions.holds(region)).collect();
        };
        enabled.iter().map(String::as_str).filter(|region| regions.holds(region)).collect()
    }

    /// The calls that say which regions are enabled; empty where that was not read.
    pub(crate) fn region_calls(&self) -> Vec<&'e CallId> {
        let listings = self.kinds.get(REGION).into_iter().flat_map(|kind| &kind.listings);
        listings.filter(|listing| listing.state == ListingState::Complete).flat_map(|listing| &listing.calls).collect()
    }
}
