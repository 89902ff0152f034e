//! Builds evidence: every type listed to its end in every region, with what a test puts there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value as Json, json};
use wellproof_facts::{Facts, schemas};
use wellproof_model::{
    CallId, Caller, Evidence, GLOBAL, Gap, GapId, Listing, ListingState, Manifest, Map, Provenance, Resource, Tags,
    UnitId, Value,
};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const HERE: &str = "eu-central-1";
pub(crate) const THERE: &str = "us-east-1";
pub(crate) const CLOCK: &str = "2026-06-01T00:00:00Z";

pub(crate) struct World {
    pub(crate) evidence: Evidence,
    pub(crate) provenance: Provenance,
}

/// The raw types, sorted.
pub(crate) fn raw_types() -> Vec<&'static str> {
    schemas().keys().copied().filter(|kind| !kind.starts_with("Wellproof::")).collect()
}

pub(crate) fn call(kind: &str, region: &str) -> CallId {
    CallId::from(format!("c-{kind}-{region}"))
}

/// The least record of a type: falses, zeros, nulls and empty lists.
pub(crate) fn least(schema: &Json) -> Json {
    if let Some(words) = schema["enum"].as_array() {
        return words[0].clone();
    }
    for choices in ["anyOf", "oneOf"] {
        if let Some(choices) = schema[choices].as_array() {
            let null = choices.iter().any(|choice| choice["type"] == "null");
            return if null { Json::Null } else { least(&choices[0]) };
        }
    }
    if let Some(word) = schema.get("const") {
        return word.clone();
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Json::String(kind) => vec![kind],
        Json::Array(kinds) => kinds.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    };
    if kinds.contains(&"null") {
        return Json::Null;
    }
    match kinds.first() {
        Some(&"boolean") => json!(false),
        Some(&"integer") => json!(0),
        Some(&"number") => json!(0.0),
        Some(&"array") => json!([]),
        Some(&"object") => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            Json::Object(fields.map(|(name, field)| (name.clone(), least(field))).collect())
        }
        _ if schema["format"] == "date-time" => json!("2026-05-01T00:00:00Z"),
        _ => json!(""),
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let regions = vec![HERE.to_owned(), THERE.to_owned()];
        let manifest = Manifest {
            schema: Manifest::SCHEMA.to_owned(),
            tool_version: "0".to_owned(),
            rules_digest: String::new(),
            lenses_digest: String::new(),
            started_at: CLOCK.parse().unwrap(),
            ended_at: None,
            clock_skew_seconds: None,
            caller: Caller { arn: format!("arn:aws:iam::{ACCOUNT}:user/a"), account: ACCOUNT.to_owned() },
            regions: regions.clone(),
            regions_enabled: Some(regions.clone()),
            regions_off: Vec::new(),
            planned: Vec::new(),
            types: BTreeMap::new(),
            units: BTreeMap::new(),
            replayed_from: None,
        };
        let mut listings = Vec::new();
        for kind in raw_types() {
            let global = ["AWS::EC2::Region", "AWS::STS::CallerIdentity", "AWS::Account::AlternateContact"];
            let regions = if global.contains(&kind) { vec![GLOBAL.to_owned()] } else { regions.clone() };
            listings.extend(regions.iter().map(|region| Listing {
                kind: kind.to_owned(),
                unit: UnitId::new("test", ACCOUNT, region),
                state: ListingState::Complete,
                count: 0,
                calls: vec![call(kind, region)],
                gap: None,
            }));
        }
        let evidence = Evidence {
            manifest,
            digest: "sha256:0".to_owned(),
            resources: Vec::new(),
            listings,
            gaps: BTreeMap::new(),
            calls: HashMap::new(),
        };
        Self { evidence, provenance: Provenance::default() }
    }

    /// Puts a record into the first region; `fields` replace those of the least record.
    pub(crate) fn put<T: Facts>(&mut self, id: &str, fields: Json) -> &mut Resource {
        self.put_in::<T>(HERE, id, fields)
    }

    #[expect(clippy::needless_pass_by_value, reason = "a test writes them in place")]
    pub(crate) fn put_in<T: Facts>(&mut self, region: &str, id: &str, fields: Json) -> &mut Resource {
        let mut whole = least(&schemas()[T::TYPE]);
        for (name, value) in fields.as_object().unwrap() {
            assert!(whole.get(name).is_some(), "{} has no {name}", T::TYPE);
            whole[name] = value.clone();
        }
        let mut resource = blank(T::TYPE, region, id);
        resource.attributes = match Value::from(whole) {
            Value::Map(map) => map,
            _ => Map::default(),
        };
        resource.facts::<T>().unwrap();
        self.evidence.resources.push(resource);
        self.evidence.resources.last_mut().unwrap()
    }

    /// Leaves a listing without its end.
    pub(crate) fn cut<T: Facts>(&mut self) -> GapId {
        self.cut_kind(T::TYPE, HERE)
    }

    pub(crate) fn cut_kind(&mut self, kind: &str, region: &str) -> GapId {
        let unit = UnitId::new("test", ACCOUNT, region);
        let gap = Gap::not_asked(&unit, kind, "cut");
        let id = gap.id.clone();
        self.evidence.gaps.insert(id.clone(), gap);
        let here = |it: &&mut Listing| it.kind == kind && it.unit.region == region;
        let listing = self.evidence.listings.iter_mut().find(here).unwrap();
        listing.state = ListingState::Partial;
        listing.gap = Some(id.clone());
        id
    }

    pub(crate) fn derive(&self) -> Evidence {
        let types: BTreeSet<&str> = schemas().keys().copied().collect();
        self.derive_types(&types)
    }

    pub(crate) fn derive_types(&self, types: &BTreeSet<&str>) -> Evidence {
        let mut evidence = self.evidence.clone();
        wellproof_derive::derive(&mut evidence, &self.provenance, types);
        evidence
    }

    /// What is derived about a record of the first region.
    pub(crate) fn derived<T: Facts>(&self, id: &str) -> T {
        self.record::<T>(id).facts().unwrap()
    }

    pub(crate) fn record<T: Facts>(&self, id: &str) -> Resource {
        let evidence = self.derive();
        let found = evidence.of_type(T::TYPE).iter().find(|resource| resource.id == id && resource.region == HERE);
        found.unwrap().clone()
    }
}

pub(crate) fn blank(kind: &str, region: &str, id: &str) -> Resource {
    Resource {
        kind: kind.to_owned(),
        id: id.to_owned(),
        arn: Some(format!("arn:{id}")),
        account: ACCOUNT.to_owned(),
        region: region.to_owned(),
        tags: Some(Tags::default()),
        attributes: Map::default(),
        calls: vec![call(kind, region)],
        unread: BTreeMap::new(),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as a resource holds them")]
pub(crate) fn tags(pairs: &[(&str, &str)]) -> Option<Tags> {
    Some(pairs.iter().copied().collect())
}

/// Turns a field of the record unread.
pub(crate) fn unread(resource: &mut Resource, field: &str, gap: &GapId) {
    let kept = resource.attributes.iter().filter(|(name, _)| *name != field);
    resource.attributes = kept.map(|(name, value)| (name.clone(), value.clone())).collect();
    resource.unread.insert(field.to_owned(), gap.clone());
}
