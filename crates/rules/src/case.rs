//! A rule's own test cases: small snapshots written in YAML, and what they must come to.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, ToSpan};
use wellproof_facts::management;
use wellproof_model::{
    Call, CallId, Caller, Denier, Evidence, GLOBAL, Gap, GapId, GapKind, Listing, ListingState, Manifest, Map,
    Resource, Scope, TagSelector, Tags, UnitId, Value, Verdict, Workload,
};

use crate::evaluate;
use crate::format::{CaseCounts, CaseFile, CaseWorkload, EnabledRegions, GivenResource, GivenType, Located};
use crate::load::Source;
use crate::nearest::nearest;
use crate::outcome::Outcome;
use crate::reason::Reason;
use crate::rule::Rule;
use crate::schema::{Kind, Schemas, Ty};

const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-central-1";
const CLOCK: &str = "2026-01-31T12:00:00Z";

/// What stands before the name of an attribute that a case does not give, in the id of the gap that it leaves.
const NOT_GIVEN: &str = "not given: ";

/// A test case of a rule.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    /// The line in the rule's file.
    pub(crate) line: usize,
    pub(crate) expect: Verdict,
    note: Option<String>,
    counts: CaseCounts,
    evidence: Evidence,
    scope: Scope,
}

/// What a test case came to.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseResult {
    /// The rule's id.
    pub rule: String,
    /// The case's name.
    pub case: String,
    /// The rule's file.
    pub file: String,
    /// The case's line in it.
    pub line: usize,
    /// What is wrong; empty when the case holds.
    pub failures: Vec<String>,
}

impl CaseResult {
    /// Whether the case came to what it expects.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

pub(crate) fn run(rule: &Rule) -> Vec<CaseResult> {
    rule.cases
        .iter()
        .map(|case| {
            let (outcome, reasons) = evaluate::evaluate_one(rule, &case.evidence, &case.scope);
            CaseResult {
                rule: rule.id.clone(),
                case: case.name.clone(),
                file: rule.file.clone(),
                line: case.line,
                failures: case.differences(&outcome, &reasons),
            }
        })
        .collect()
}

impl Case {
    fn differences(&self, outcome: &Outcome, reasons: &BTreeSet<Reason>) -> Vec<String> {
        let missing: BTreeSet<String> = reasons
            .iter()
            .filter_map(|reason| match reason {
                Reason::Gap(gap) => gap.0.strip_prefix(NOT_GIVEN).map(str::to_owned),
                Reason::Missing { kind, name } => Some(format!("{kind}.{name}")),
                _ => None,
            })
            .collect();
        let mut failures: Vec<String> = missing
            .into_iter()
            .map(|attribute| format!("the verdict depends on `{attribute}`, which the case does not give"))
            .collect();
        if outcome.verdict != self.expect {
            failures.push(format!(
                "comes to {} where {} is expected ({} passed, {} failed, {} unknown, {} not judged){}",
                outcome.verdict,
                self.expect,
                outcome.passed,
                outcome.failed,
                outcome.unknown,
                outcome.not_judged,
                outcome.note.as_ref().map_or_else(String::new, |note| format!(": {note}"))
            ));
        }
        if let Some(expected) = &self.note
            && outcome.note.as_ref() != Some(expected)
        {
            failures.push(format!(
                "the note is \"{}\" where \"{expected}\" is expected",
                outcome.note.as_deref().unwrap_or_default()
            ));
        }
        for (name, expected, found) in [
            ("passed", self.counts.passed, outcome.passed),
            ("failed", self.counts.failed, outcome.failed),
            ("unknown", self.counts.unknown, outcome.unknown),
            ("not judged", self.counts.not_judged, outcome.not_judged),
        ] {
            if let Some(expected) = expected
                && expected != found
            {
                failures.push(format!("{found} {name} where {expected} are expected"));
            }
        }
        failures
    }
}

/// Builds the snapshots of a rule's cases.
pub(crate) fn load(
    source: &mut Source<'_>,
    written: &Located<Vec<Located<CaseFile>>>,
    types: &[&str],
    schemas: &Schemas,
) -> Vec<Case> {
    let mut names = BTreeSet::new();
    let mut cases = Vec::new();
    for case in &written.value {
        if !names.insert(case.value.name.as_str()) {
            let span = source.span(&case.referenced);
            source.error(span, format!("two cases are named `{}`", case.value.name), None);
        }
        cases.push(build(source, case, types, schemas));
    }
    for wanted in [Verdict::Pass, Verdict::Fail, Verdict::Unknown] {
        if !cases.iter().any(|case| case.expect == wanted) {
            let span = source.span(&written.referenced);
            source.error(span, format!("no case comes to `{wanted}`"), None);
        }
    }
    cases
}

fn build(source: &mut Source<'_>, written: &Located<CaseFile>, types: &[&str], schemas: &Schemas) -> Case {
    let file = &written.value;
    let regions = if file.regions.is_empty() { vec![REGION.to_owned()] } else { file.regions.clone() };
    let mut snapshot = Building::new(regions, file);
    for (kind, given) in &file.given.0 {
        if !types.contains(&kind.as_str()) {
            let span = source.span(&given.referenced);
            source.error(span, format!("the rule does not look at `{kind}`"), nearest(kind, types.iter().copied()));
            continue;
        }
        snapshot.add(source, kind, given, schemas);
    }
    Case {
        name: file.name.clone(),
        line: usize::try_from(written.referenced.line()).unwrap_or(0),
        expect: file.expect,
        note: file.note.clone(),
        counts: CaseCounts { ..file.counts },
        scope: scope_of(file.workload.as_ref()),
        evidence: snapshot.finish(file.management),
    }
}

fn scope_of(workload: Option<&CaseWorkload>) -> Scope {
    Scope {
        workload: workload.map(|workload| Workload {
            name: "case".to_owned(),
            accounts: workload.accounts.clone(),
            regions: workload.regions.clone(),
            tags: workload.tags.iter().cloned().map(TagSelector::from).collect(),
            exclude: Vec::new(),
        }),
        ..Scope::default()
    }
}

/// A case's snapshot while it is put together.
struct Building {
    regions: Vec<String>,
    clock: Timestamp,
    evidence: Evidence,
}

/// Each type has a collector of its own, so that what is said of one type says nothing of another.
fn collector(kind: &str) -> String {
    kind.to_lowercase().replace("::", "-")
}

impl Building {
    fn new(regions: Vec<String>, file: &CaseFile) -> Self {
        let clock: Timestamp = CLOCK.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        let enabled: Vec<String> = regions.iter().chain(&file.not_scanned).cloned().collect();
        let manifest = Manifest {
            schema: Manifest::SCHEMA.to_owned(),
            tool_version: String::new(),
            rules_digest: String::new(),
            lenses_digest: String::new(),
            started_at: clock,
            ended_at: Some(clock),
            clock_skew_seconds: None,
            caller: Caller { arn: format!("arn:aws:iam::{ACCOUNT}:role/case"), account: ACCOUNT.to_owned() },
            regions: regions.clone(),
            regions_enabled: (file.enabled_regions != Some(EnabledRegions::Unread)).then_some(enabled),
            regions_off: Vec::new(),
            planned: Vec::new(),
            types: BTreeMap::new(),
            units: BTreeMap::new(),
            replayed_from: None,
        };
        let evidence = Evidence {
            manifest,
            digest: String::new(),
            resources: Vec::new(),
            listings: Vec::new(),
            gaps: BTreeMap::new(),
            calls: std::collections::HashMap::<CallId, Call>::new(),
        };
        let mut building = Self { regions, clock, evidence };
        if file.enabled_regions.is_none() {
            let unit = UnitId::new("regions", ACCOUNT, GLOBAL);
            building.list(crate::coverage::REGION, unit, &GivenType::default());
        }
        building
    }

    fn add(&mut self, source: &mut Source<'_>, kind: &str, given: &Located<GivenType>, schemas: &Schemas) {
        let file = &given.value;
        let global = file.global
            || (!file.resources.is_empty()
                && file.resources.iter().all(|resource| resource.value.region.as_deref() == Some(GLOBAL)));
        let accounts: BTreeSet<&str> =
            file.resources.iter().filter_map(|resource| resource.value.account.as_deref()).chain([ACCOUNT]).collect();
        let regions = if global { vec![GLOBAL.to_owned()] } else { self.regions.clone() };
        self.evidence.manifest.types.insert(collector(kind), vec![kind.to_owned()]);
        for account in accounts {
            for region in &regions {
                let unit = UnitId::new(collector(kind), account, region.as_str());
                self.evidence.manifest.planned.push(unit.clone());
                self.list(kind, unit, file);
            }
        }
        for (at, resource) in file.resources.iter().enumerate() {
            self.resource(source, kind, at, resource, schemas);
        }
    }

    fn list(&mut self, kind: &str, unit: UnitId, given: &GivenType) {
        let state = match () {
            () if given.denied.holds(&unit.region) => ListingState::Unread,
            () if given.partial.holds(&unit.region) => ListingState::Partial,
            () => ListingState::Complete,
        };
        let call = CallId::of(&[kind, &unit.to_string()]);
        let gap = (state != ListingState::Complete).then(|| self.gap(&unit, kind, &call));
        self.evidence.listings.push(Listing { kind: kind.to_owned(), unit, state, count: 0, calls: vec![call], gap });
    }

    fn gap(&mut self, unit: &UnitId, what: &str, call: &CallId) -> GapId {
        let id = Gap::id_of(unit, what);
        self.evidence.gaps.insert(
            id.clone(),
            Gap {
                id: id.clone(),
                unit: unit.clone(),
                what: what.to_owned(),
                kind: GapKind::Denied,
                code: Some("AccessDenied".to_owned()),
                message: "denied in the case".to_owned(),
                denied_by: Some(Denier::MissingPermission),
                actions: Vec::new(),
                calls: vec![call.clone()],
            },
        );
        id
    }

    fn resource(
        &mut self,
        source: &mut Source<'_>,
        kind: &str,
        at: usize,
        written: &Located<GivenResource>,
        schemas: &Schemas,
    ) {
        let Some(schema) = schemas.attributes(kind) else { return };
        let file = &written.value;
        let span = source.span(&written.referenced);
        let id = file.id.clone().unwrap_or_else(|| format!("r{}", at + 1));
        let account = file.account.clone().unwrap_or_else(|| ACCOUNT.to_owned());
        let region = file.region.clone().unwrap_or_else(|| self.regions[0].clone());
        if region != GLOBAL && !self.regions.contains(&region) {
            source.error(span.clone(), format!("`{region}` is not among the case's `regions`"), None);
        }
        let unit = UnitId::new(collector(kind), account.as_str(), region.as_str());
        let call = CallId::of(&[kind, &unit.to_string(), &id]);
        let mut unread: BTreeMap<String, GapId> = BTreeMap::new();
        for name in &file.unread {
            if name != "tags" && name != "arn" && !schema.contains_key(name) {
                let help = nearest(name, schema.keys().map(String::as_str));
                source.error(span.clone(), format!("{kind} has no `{name}`"), help);
            }
            let gap = self.gap(&unit, &format!("{kind}#{id}.{name}"), &call);
            unread.insert(name.clone(), gap);
        }
        let mut attributes: Vec<(compact_str::CompactString, Value)> = Vec::new();
        for (name, value) in &file.attributes {
            let here = source.span(&value.referenced);
            let Some(ty) = schema.get(name) else {
                let own = ["id", "arn", "account", "region", "tags", "unread"];
                let help = nearest(name, schema.keys().map(String::as_str).chain(own));
                source.error(here, format!("{kind} has no `{name}`"), help);
                continue;
            };
            match self.value(&value.value, ty, name) {
                Ok(value) => attributes.push((name.as_str().into(), value)),
                Err(message) => source.error(here, message, None),
            }
        }
        for (name, ty) in schema.iter() {
            if file.attributes.iter().any(|(given, _)| given == name) || unread.contains_key(name) {
                continue;
            }
            if ty.nullable {
                attributes.push((name.as_str().into(), Value::Null));
            } else {
                unread.insert(name.clone(), GapId::from(format!("{NOT_GIVEN}{kind}.{name}")));
            }
        }
        self.evidence.resources.push(Resource {
            kind: kind.to_owned(),
            id,
            arn: file.arn.clone(),
            account,
            region,
            tags: file.tags.clone().unwrap_or_else(|| Some(Tags::default())),
            attributes: attributes.into_iter().collect(),
            calls: vec![call],
            unread,
        });
    }

    /// Checks a value against its type; fills in nulls, turns "40 days ago" into a timestamp.
    fn value(&self, value: &Value, ty: &Ty, name: &str) -> Result<Value, String> {
        let wrong =
            || Err(format!("`{name}` is {}", if ty.nullable { format!("{} or null", ty.words()) } else { ty.words() }));
        match (value, &ty.kind) {
            (Value::Null, Kind::Any | Kind::Null) => Ok(Value::Null),
            (Value::Null, _) if ty.nullable => Ok(Value::Null),
            (_, Kind::Any)
            | (Value::Bool(_), Kind::Bool)
            | (Value::Int(_) | Value::Float(_), Kind::Number)
            | (Value::Str(_), Kind::Text) => Ok(value.clone()),
            (Value::Str(text), Kind::Word(words)) => {
                if words.iter().any(|word| word == text.as_str()) {
                    return Ok(value.clone());
                }
                wrong()
            }
            (Value::Str(text), Kind::Time) => self.time(text).map(|time| Value::from(time.as_str())),
            (Value::List(items), Kind::List(of)) => {
                let items: Result<Vec<Value>, String> = items.iter().map(|item| self.value(item, of, name)).collect();
                Ok(Value::List(items?.into()))
            }
            (Value::Map(map), Kind::Map(of)) => {
                let members: Result<Map, String> =
                    map.iter().map(|(key, item)| Ok((key.clone(), self.value(item, of, key)?))).collect();
                Ok(Value::Map(members?))
            }
            (Value::Map(map), Kind::Object(members)) => self.object(map, members, name),
            _ => wrong(),
        }
    }

    fn object(&self, map: &Map, members: &BTreeMap<String, Ty>, name: &str) -> Result<Value, String> {
        let mut filled = Vec::new();
        for (key, item) in map {
            let Some(ty) = members.get(key.as_str()) else {
                let help = nearest(key, members.keys().map(String::as_str))
                    .map_or_else(String::new, |help| format!("; {help}"));
                return Err(format!("`{name}` has no `{key}`{help}"));
            };
            filled.push((key.clone(), self.value(item, ty, key)?));
        }
        for (key, ty) in members {
            // A member that cannot be null and is not given is left out: reading it is unknown.
            if ty.nullable && map.get(key).is_none() {
                filled.push((key.as_str().into(), Value::Null));
            }
        }
        Ok(Value::Map(filled.into_iter().collect()))
    }

    fn time(&self, text: &str) -> Result<String, String> {
        if text.parse::<Timestamp>().is_ok() {
            return Ok(text.to_owned());
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let hours = match words.as_slice() {
            [number, unit, "ago"] => number.parse::<i64>().ok().and_then(|number| match *unit {
                "day" | "days" => number.checked_mul(24),
                "hour" | "hours" => Some(number),
                _ => None,
            }),
            _ => None,
        };
        hours
            .and_then(|hours| self.clock.checked_sub(hours.hours()).ok())
            .map(|then| then.to_string())
            .ok_or_else(|| format!("`{text}` is neither a timestamp nor like `40 days ago`"))
    }

    fn finish(mut self, management: bool) -> Evidence {
        if management {
            let kind = management::TYPES[0];
            let attributes = [("master_account_id".into(), Value::from(ACCOUNT))].into_iter().collect();
            self.evidence.resources.push(Resource {
                kind: kind.to_owned(),
                id: "o-case".to_owned(),
                arn: None,
                account: ACCOUNT.to_owned(),
                region: GLOBAL.to_owned(),
                tags: None,
                attributes,
                calls: vec![CallId::of(&[kind])],
                unread: BTreeMap::new(),
            });
        }
        self.evidence.extend(Vec::new(), Vec::new());
        self.evidence
    }
}
