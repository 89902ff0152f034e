//! What every join works with: the facts of one account and region, how far their listings reach, and answers that may be unread.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use rayon::prelude::*;
use serde::Deserialize;
use wellproof_facts::Facts;
use wellproof_model::{
    CallId, Evidence, Gap, GapId, Listing, ListingState, Map, Provenance, Read, Resource, Tags, UnitId,
};

use crate::cite::Cite;

/// The collector's name of derived listings.
pub(crate) const DERIVE: &str = "derive";
/// How many calls the records of one derived type cite at most, all together and each.
const CITED: usize = 1_000_000;
const CITED_EACH: std::ops::RangeInclusive<usize> = 8..=500;

/// A value, or the gap that stands in its way.
pub(crate) type Known<T> = Result<T, GapId>;

/// A field's value, or the gap that stands in its way.
pub(crate) fn known<T: Clone>(read: &Read<T>) -> Known<T> {
    match read {
        Read::Known(value) => Ok(value.clone()),
        Read::Unread(gap) => Err(gap.clone()),
    }
}

/// Whether one holds. One that does decides, whatever was not read of the others.
pub(crate) fn any<E: Ord>(all: impl IntoIterator<Item = Result<bool, E>>) -> Result<bool, E> {
    let mut unread: Option<E> = None;
    for each in all {
        match each {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(gap) => {
                unread = Some(match unread {
                    Some(other) => other.min(gap),
                    None => gap,
                });
            }
        }
    }
    unread.map_or(Ok(false), Err)
}

/// Whether all hold. One that does not decides, whatever was not read of the others.
pub(crate) fn all<E: Ord>(each: impl IntoIterator<Item = Result<bool, E>>) -> Result<bool, E> {
    any(each.into_iter().map(|it| it.map(|it| !it))).map(|it| !it)
}

/// How far the listings of a type reach in one account and region.
#[derive(Clone, Debug)]
pub(crate) struct Listed<'e> {
    pub(crate) state: ListingState,
    pub(crate) calls: Vec<&'e [CallId]>,
    /// Why it is not complete; none where it is.
    pub(crate) gap: Option<GapId>,
}

impl<'e> Listed<'e> {
    /// That there is no more than what was found; cites the listing.
    pub(crate) fn complete(&self, cite: &mut Cite<'e>) -> Known<()> {
        if let Some(gap) = &self.gap {
            return Err(gap.clone());
        }
        cite.proof(&self.calls);
        Ok(())
    }

    fn spoil(&mut self, gap: GapId) {
        if self.gap.is_none() {
            self.state = ListingState::Partial;
            self.gap = Some(gap);
        }
    }

    /// Two listings that have to be complete together.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.calls.extend(other.calls);
        if self.state != other.state {
            self.state = ListingState::Partial;
        }
        self.gap = self.gap.or(other.gap);
        self
    }
}

/// Rows of a type by a key of theirs.
#[derive(Debug)]
pub(crate) struct Index<'e, K, V> {
    rows: HashMap<K, V>,
    pub(crate) listed: Listed<'e>,
}

impl<'e, K: Eq + std::hash::Hash, V> Index<'e, K, V> {
    /// Of rows with the same key the first stays.
    pub(crate) fn new(rows: impl IntoIterator<Item = (K, V)>, listed: Listed<'e>) -> Self {
        let mut index = Self { rows: HashMap::new(), listed };
        for (key, row) in rows {
            index.rows.entry(key).or_insert(row);
        }
        index
    }

    pub(crate) fn found<Q>(&self, key: &Q) -> Option<&V>
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + std::hash::Hash + ?Sized,
    {
        self.rows.get(key)
    }

    /// The row, or that there is none, which cites the listing.
    pub(crate) fn find<Q>(&self, key: &Q, cite: &mut Cite<'e>) -> Known<Option<&V>>
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + std::hash::Hash + ?Sized,
    {
        match self.rows.get(key) {
            Some(row) => Ok(Some(row)),
            None => self.listed.complete(cite).map(|()| None),
        }
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = (&K, &V)> {
        self.rows.iter()
    }
}

impl<'e, K: Eq + std::hash::Hash> Index<'e, K, &'e Resource> {
    /// The record, which is cited, or that there is none, which cites the listing.
    pub(crate) fn record<Q>(&self, key: &Q, cite: &mut Cite<'e>) -> Known<Option<&'e Resource>>
    where
        K: std::borrow::Borrow<Q>,
        Q: Eq + std::hash::Hash + ?Sized,
    {
        let found = self.find(key, cite)?.copied();
        if let Some(record) = found {
            cite.fact(record);
        }
        Ok(found)
    }
}

impl<'e, K: Eq + std::hash::Hash, V: Default> Index<'e, K, V> {
    /// Folds the rows of each key into one.
    pub(crate) fn fold<R>(
        rows: impl IntoIterator<Item = (K, R)>,
        listed: Listed<'e>,
        mut fold: impl FnMut(&mut V, R),
    ) -> Self {
        let mut index = Self { rows: HashMap::new(), listed };
        for (key, row) in rows {
            fold(index.rows.entry(key).or_default(), row);
        }
        index
    }
}

/// The records of a type by their ids, in whose order they stand.
#[derive(Debug)]
pub(crate) struct ById<'e> {
    records: &'e [Resource],
    listed: Listed<'e>,
}

impl<'e> ById<'e> {
    /// The record, which is cited, or that there is none, which cites the listing.
    pub(crate) fn record(&self, id: &str, cite: &mut Cite<'e>) -> Known<Option<&'e Resource>> {
        let Ok(at) = self.records.binary_search_by(|record| record.id.as_str().cmp(id)) else {
            return self.listed.complete(cite).map(|()| None);
        };
        cite.fact(&self.records[at]);
        Ok(Some(&self.records[at]))
    }
}

/// What is the same in every place.
#[derive(Debug)]
pub(crate) struct Base<'e> {
    pub(crate) evidence: &'e Evidence,
    pub(crate) provenance: &'e Provenance,
    parsed: BTreeSet<&'e str>,
    listings: HashMap<(&'e str, &'e str, &'e str), Vec<&'e Listing>>,
    doubts: Mutex<BTreeMap<GapId, Gap>>,
}

impl<'e> Base<'e> {
    pub(crate) fn new(evidence: &'e Evidence, provenance: &'e Provenance, parsed: BTreeSet<&'e str>) -> Self {
        let mut listings: HashMap<_, Vec<&Listing>> = HashMap::new();
        for listing in &evidence.listings {
            let unit = &listing.unit;
            let key = (listing.kind.as_str(), unit.account.as_str(), unit.region.as_str());
            listings.entry(key).or_default().push(listing);
        }
        Self { evidence, provenance, parsed, listings, doubts: Mutex::new(BTreeMap::new()) }
    }

    /// The gaps that were made here.
    pub(crate) fn into_doubts(self) -> BTreeMap<GapId, Gap> {
        self.doubts.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// The snapshot's clock.
    pub(crate) fn clock(&self) -> Timestamp {
        self.evidence.manifest.started_at
    }

    pub(crate) fn days_since(&self, time: Timestamp) -> f64 {
        days(self.clock().duration_since(time))
    }

    /// A gap for what no collector left one for.
    pub(crate) fn doubt(&self, account: &str, region: &str, what: &str, message: &str) -> GapId {
        let unit = UnitId::new(DERIVE, account, region);
        let gap = Gap::not_asked(&unit, what, message);
        let id = gap.id.clone();
        self.doubts.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), gap);
        id
    }

    /// How many calls each of `records` records may cite.
    fn cited_each(records: usize) -> usize {
        (CITED / records.max(1)).clamp(*CITED_EACH.start(), *CITED_EACH.end())
    }

    /// Every account that the snapshot is about, sorted.
    pub(crate) fn accounts(&self) -> BTreeSet<&'e str> {
        let manifest = &self.evidence.manifest;
        let mut accounts = BTreeSet::from([manifest.caller.account.as_str()]);
        accounts.extend(manifest.planned.iter().map(|unit| unit.account.as_str()));
        accounts.extend(self.evidence.listings.iter().map(|listing| listing.unit.account.as_str()));
        accounts.remove("");
        accounts
    }
}

/// A span in days.
fn days(span: jiff::SignedDuration) -> f64 {
    span.as_secs_f64() / 86_400.0
}

/// One account in one region.
#[derive(Debug)]
pub(crate) struct Place<'e> {
    pub(crate) base: Arc<Base<'e>>,
    pub(crate) account: &'e str,
    pub(crate) region: &'e str,
    pub(crate) tables: crate::tables::Tables<'e>,
}

impl<'e> Place<'e> {
    pub(crate) fn new(base: &Arc<Base<'e>>, account: &'e str, region: &'e str) -> Self {
        Self { base: Arc::clone(base), account, region, tables: crate::tables::Tables::default() }
    }

    /// The resources of a type that stand here.
    pub(crate) fn slice(&self, kind: &str) -> &'e [Resource] {
        let of_type = self.base.evidence.of_type(kind);
        let here = (self.account, self.region);
        let start = of_type.partition_point(|it| (it.account.as_str(), it.region.as_str()) < here);
        let end = start + of_type[start..].partition_point(|it| (it.account.as_str(), it.region.as_str()) == here);
        &of_type[start..end]
    }

    /// The type's records here by id; of their facts nothing is read.
    pub(crate) fn by_id(&self, kind: &'static str) -> ById<'e> {
        ById { records: self.slice(kind), listed: self.listed(kind) }
    }

    /// Whether a unit listed the type here, or set out to.
    pub(crate) fn has_listing(&self, kind: &str) -> bool {
        self.base.listings.contains_key(&(kind, self.account, self.region))
    }

    /// How far the listings of a type reach here. A type that was not parsed counts as unread: its records would be missing.
    pub(crate) fn listed(&self, kind: &'static str) -> Listed<'e> {
        if !self.base.parsed.contains(kind) {
            let gap = self.doubt(kind, "its records were left aside when the snapshot was read");
            return Listed { state: ListingState::Unread, calls: Vec::new(), gap: Some(gap) };
        }
        let none = || Listed {
            state: ListingState::Unread,
            calls: Vec::new(),
            gap: Some(self.doubt(kind, "no collector that lists it was run here")),
        };
        let listings = self.base.listings.get(&(kind, self.account, self.region)).into_iter().flatten();
        let each = listings.map(|listing| Listed {
            state: listing.state,
            calls: vec![listing.calls.as_slice()],
            gap: match (&listing.gap, listing.state) {
                (_, ListingState::Complete) => None,
                (Some(gap), _) if self.base.evidence.gaps.contains_key(gap) => Some(gap.clone()),
                _ => Some(self.doubt(kind, "its listing is not complete")),
            },
        });
        each.reduce(Listed::and).unwrap_or_else(none)
    }

    /// The type's records here as `make` sees them, in order. One that cannot be read leaves the listing incomplete.
    pub(crate) fn read<V, R>(
        &self,
        kind: &'static str,
        make: impl Fn(&'e Resource, V) -> R + Sync,
    ) -> (Vec<R>, Listed<'e>)
    where
        V: Deserialize<'e>,
        R: Send,
    {
        let mut listed = self.listed(kind);
        let unreadable: Mutex<BTreeSet<GapId>> = Mutex::new(BTreeSet::new());
        let read = |resource: &'e Resource| {
            if let Ok(facts) = resource.view::<V>() {
                return Some(make(resource, facts));
            }
            let gap = self.unreadable(resource);
            unreadable.lock().unwrap_or_else(PoisonError::into_inner).insert(gap);
            None
        };
        let rows = self.slice(kind).par_iter().with_min_len(512).filter_map(read).collect();
        if let Some(gap) = unreadable.into_inner().unwrap_or_else(PoisonError::into_inner).pop_first() {
            listed.spoil(gap);
        }
        (rows, listed)
    }

    fn unreadable(&self, resource: &Resource) -> GapId {
        let what = format!("{}#{}", resource.kind, resource.id);
        self.doubt(&what, "its record is not one of this version's")
    }

    pub(crate) fn doubt(&self, what: &str, message: &str) -> GapId {
        self.base.doubt(self.account, self.region, what, message)
    }

    /// A gap for something that is named, or may be there, and that a complete listing does not have: another account's, mostly.
    pub(crate) fn not_visible(&self, kind: &str, id: &str) -> GapId {
        self.doubt(
            &format!("{kind}#{id}"),
            "it is not among what AWS lists to this account, and may be another account's",
        )
    }

    /// Whether something that is listed here belongs to another account, which shares it.
    pub(crate) fn is_owned_by_other(&self, owner: &str) -> bool {
        !owner.is_empty() && owner != self.account
    }

    /// One derived record for each record of `T`, and their listing.
    pub(crate) fn each<T, V, F>(
        &self,
        told_by_tags: &[&str],
        make: impl Fn(&'e Resource, V, &mut Cite<'e>) -> F + Sync,
    ) -> Derived
    where
        T: Facts,
        V: Deserialize<'e>,
        F: Facts,
    {
        let most = Base::cited_each(self.base.evidence.of_type(T::TYPE).len());
        let (resources, listed) = self.read(T::TYPE, |resource, facts| {
            let mut cite = Cite::default();
            cite.fact(resource);
            let facts = make(resource, facts, &mut cite);
            about(resource, &facts, told_by_tags, cite.calls(most))
        });
        let resources: Vec<Resource> = resources.into_iter().flatten().collect();
        let listing = self.has_listing(T::TYPE).then(|| self.listing(F::TYPE, resources.len(), &listed));
        Derived { resources, listing }
    }

    pub(crate) fn listing(&self, kind: &str, count: usize, listed: &Listed<'e>) -> Listing {
        self.listing_in(self.region, kind, count, listed)
    }

    fn listing_in(&self, region: &str, kind: &str, count: usize, listed: &Listed<'e>) -> Listing {
        let calls: BTreeSet<&CallId> = listed.calls.iter().copied().flatten().collect();
        Listing {
            kind: kind.to_owned(),
            unit: UnitId::new(DERIVE, self.account, region),
            state: listed.state,
            count: count as u64,
            calls: calls.into_iter().cloned().collect(),
            gap: listed.gap.clone(),
        }
    }

    /// The one derived record of a region, and its listing.
    pub(crate) fn region_record<F: Facts>(&self, facts: &F, cite: &Cite<'e>) -> Derived {
        self.only_record(self.region, self.region, facts, cite)
    }

    /// The one derived record of an account, and its listing. Its id is the account's.
    pub(crate) fn account_record<F: Facts>(&self, facts: &F, cite: &Cite<'e>) -> Derived {
        self.only_record(wellproof_model::GLOBAL, self.account, facts, cite)
    }

    fn only_record<F: Facts>(&self, region: &str, id: &str, facts: &F, cite: &Cite<'e>) -> Derived {
        let listed = Listed { state: ListingState::Complete, calls: self.region_calls(), gap: None };
        let resources: Vec<Resource> = self.own_record(region, id, facts, cite).into_iter().collect();
        let listing = self.listing_in(region, F::TYPE, resources.len(), &listed);
        Derived { resources, listing: Some(listing) }
    }

    /// A derived record that is about no other one.
    pub(crate) fn own_record<F: Facts>(&self, region: &str, id: &str, facts: &F, cite: &Cite<'e>) -> Option<Resource> {
        let resource = Resource {
            kind: F::TYPE.to_owned(),
            id: id.to_owned(),
            arn: None,
            account: self.account.to_owned(),
            region: region.to_owned(),
            tags: None,
            attributes: Map::default(),
            calls: cite.calls(*CITED_EACH.end()),
            unread: BTreeMap::new(),
        };
        with_facts(resource, facts)
    }

    /// Whether the scan set out to read this region.
    pub(crate) fn is_scanned(&self) -> bool {
        self.base.evidence.manifest.regions.iter().any(|region| region == self.region)
    }

    /// Why it is not known which regions are enabled.
    pub(crate) fn regions_unread(&self) -> GapId {
        let kind = wellproof_facts::account::Region::TYPE;
        let listings = self.base.listings.get(&(kind, self.account, wellproof_model::GLOBAL));
        let gap = listings.into_iter().flatten().find_map(|listing| listing.gap.clone());
        let gap = gap.filter(|gap| self.base.evidence.gaps.contains_key(gap));
        gap.unwrap_or_else(|| self.doubt(kind, "which other regions are enabled is not known"))
    }

    /// The calls that say which regions there are.
    fn region_calls(&self) -> Vec<&'e [CallId]> {
        let kind = wellproof_facts::account::Region::TYPE;
        let key = (kind, self.account, wellproof_model::GLOBAL);
        let listings = self.base.listings.get(&key).into_iter().flatten();
        listings.filter(|it| it.state == ListingState::Complete).map(|it| it.calls.as_slice()).collect()
    }
}

/// Derived records of one type in one place.
#[derive(Debug, Default)]
pub(crate) struct Derived {
    pub(crate) resources: Vec<Resource>,
    /// None where nobody listed what they would be made of.
    pub(crate) listing: Option<Listing>,
}

/// A derived record about `resource`. What its tags tell is unread where they are.
pub(crate) fn about<F: Facts>(
    resource: &Resource,
    facts: &F,
    told_by_tags: &[&str],
    calls: Vec<CallId>,
) -> Option<Resource> {
    let record = Resource {
        kind: F::TYPE.to_owned(),
        id: resource.id.clone(),
        arn: resource.arn.clone(),
        account: resource.account.clone(),
        region: resource.region.clone(),
        tags: resource.tags.clone(),
        attributes: Map::default(),
        calls,
        unread: BTreeMap::new(),
    };
    let mut record = with_facts(record, facts)?;
    if let Some(gap) = resource.unread.get("tags") {
        record.unread.insert("tags".to_owned(), gap.clone());
        for field in told_by_tags {
            record.unread.insert((*field).to_owned(), gap.clone());
        }
        let kept = record.attributes.iter().filter(|(name, _)| !told_by_tags.contains(&name.as_str()));
        record.attributes = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
    }
    Some(record)
}

/// `None` never happens: fact structs serialize to objects.
fn with_facts<F: Facts>(mut record: Resource, facts: &F) -> Option<Resource> {
    record.set_facts(facts).ok().map(|()| record)
}

/// A resource's tags, where they were read.
pub(crate) fn tags(resource: &Resource) -> Known<Option<&Tags>> {
    match resource.unread.get("tags") {
        Some(gap) => Err(gap.clone()),
        None => Ok(resource.tags.as_ref()),
    }
}

/// The value of a tag.
pub(crate) fn tag<'r>(tags: Option<&'r Tags>, key: &str) -> Option<&'r str> {
    tags?.get(key)
}

/// The first tag whose key starts with `prefix`.
pub(crate) fn tag_from<'r>(tags: Option<&'r Tags>, prefix: &str) -> Option<(&'r str, &'r str)> {
    tags?.iter().find(|(key, _)| key.starts_with(prefix))
}
