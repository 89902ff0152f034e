//! What must hold whatever the evidence: less of it never says more, and a pass cites all that it rests on.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::json;
use wellproof_model::{
    CallId, Caller, Evidence, GapId, Listing, ListingState, Manifest, Resource, Scope, TagSelector, Tags, UnitId,
    Value, Verdict, Workload,
};
use wellproof_rules::{Outcome, RuleSet, Schemas};

const ACCOUNT: &str = "111122223333";
const ITEM: &str = "T::Item";
const GUARD: &str = "T::Guard";
const REGIONS: [&str; 2] = ["eu-central-1", "us-east-1"];

/// Loaded once: loading takes longer than judging.
fn rules() -> &'static RuleSet {
    static RULES: LazyLock<RuleSet> = LazyLock::new(load);
    &RULES
}

fn load() -> RuleSet {
    let claims = [
        ("expect", "for_each: T::Item\nexpect: flag"),
        ("selected", "for_each: T::Item\nwhen: size > 1\nexpect: flag || size == 3"),
        ("between", "for_each: T::Item\nexpect: size > 2\nfail_when: size < 1"),
        (
            "requires",
            "for_each: T::Item\nwhen: key != null\nrequires: {type: T::Guard, where: on, match: [account, region, {key: keys}]}",
        ),
        (
            "everywhere",
            "for_each: T::Item\nrequires: {type: T::Guard, where: on, match: [account, region], everywhere: wide}",
        ),
        ("forbids", "for_each: T::Item\nforbids: {type: T::Guard, where: '!on', match: [{key: keys}]}"),
        ("share", "for_each: T::Item\nwhen: size > 0\nexpect: flag\nat_least: 0.5"),
        (
            "regions",
            "for_each: Region\nrequires: {type: T::Guard, where: on, match: [account, region], everywhere: wide}",
        ),
        ("account", "for_each: Account\nrequires: {type: T::Guard, where: on && wide, match: [account]}"),
        ("none", "for_each: Account\nforbids: {type: T::Item, where: flag && size > 2, match: [account]}"),
        ("listless", "for_each: Region\nforbids: {type: T::Item, where: size == 0, match: [account, region]}"),
    ];
    let item = json!({"type": "object", "properties": {
        "flag": {"type": "boolean"}, "size": {"type": "integer"}, "key": {"type": ["string", "null"]}}});
    let guard = json!({"type": "object", "properties": {
        "on": {"type": "boolean"}, "wide": {"type": "boolean"}, "keys": {"type": "array", "items": {"type": "string"}}}});
    let schemas = Schemas::from_json([(ITEM, &item), (GUARD, &guard)]);
    let files = claims
        .iter()
        .map(|(id, claim)| {
            let rest = "bears_on: [{question: q, choice: c, pass: proves, fail: refutes}]\nnotes: {fail: '{failed} of {total}.', pass: ok., unknown: '{gaps}.'}\nfix: none\nbasis: none\ncases: [{name: a, given: {}, expect: pass}, {name: b, given: {}, expect: fail}, {name: c, given: {}, expect: unknown}]\n";
            (format!("{id}.yaml"), format!("id: {id}\ntitle: t\n{claim}\n{rest}"))
        })
        .collect();
    RuleSet::from_files(&files, &schemas).unwrap_or_else(|errors| panic!("{}", errors.render()))
}

fn unit(kind: &str, region: &str) -> UnitId {
    UnitId::new(if kind == ITEM { "items" } else { "guards" }, ACCOUNT, region)
}

fn resource(kind: &str, at: usize, region: &str, attributes: serde_json::Value, prod: bool) -> Resource {
    let Value::Map(attributes) = Value::from(attributes) else { unreachable!("an object") };
    Resource {
        kind: kind.to_owned(),
        id: format!("{kind}-{at}"),
        arn: None,
        account: ACCOUNT.to_owned(),
        region: region.to_owned(),
        tags: Some(Tags::from_iter([("env", if prod { "prod" } else { "dev" })])),
        attributes,
        calls: vec![CallId::from(format!("c-{kind}-{at}"))],
        unread: BTreeMap::new(),
    }
}

fn complete() -> impl Strategy<Value = Evidence> {
    let item = (0..2_usize, any::<bool>(), 0..4_i64, prop::option::of("[ab]"), any::<bool>());
    let guard = (0..2_usize, any::<bool>(), any::<bool>(), prop::collection::vec("[ab]", 0..3), any::<bool>());
    (prop::collection::vec(item, 0..5), prop::collection::vec(guard, 0..4), any::<bool>()).prop_map(
        |(items, guards, third)| {
            let mut resources: Vec<Resource> = Vec::new();
            for (at, (region, flag, size, key, prod)) in items.into_iter().enumerate() {
                let attributes = json!({"flag": flag, "size": size, "key": key});
                resources.push(resource(ITEM, at, REGIONS[region], attributes, prod));
            }
            for (at, (region, on, wide, keys, prod)) in guards.into_iter().enumerate() {
                let attributes = json!({"on": on, "wide": wide, "keys": keys});
                resources.push(resource(GUARD, at, REGIONS[region], attributes, prod));
            }
            let units: Vec<(&str, UnitId)> =
                [ITEM, GUARD].into_iter().flat_map(|kind| REGIONS.map(|region| (kind, unit(kind, region)))).collect();
            let mut listings: Vec<Listing> = units
                .iter()
                .map(|(kind, unit)| Listing {
                    kind: (*kind).to_owned(),
                    unit: unit.clone(),
                    state: ListingState::Complete,
                    count: 0,
                    calls: vec![CallId::from(format!("c-list-{unit}"))],
                    gap: None,
                })
                .collect();
            listings.push(Listing {
                kind: "AWS::EC2::Region".to_owned(),
                unit: UnitId::new("account", ACCOUNT, "aws-global"),
                state: ListingState::Complete,
                count: 2,
                calls: vec![CallId::from("c-regions")],
                gap: None,
            });
            let regions: Vec<String> = REGIONS.map(str::to_owned).into();
            let mut enabled = regions.clone();
            if third {
                enabled.push("ap-south-1".to_owned());
            }
            let mut evidence = Evidence {
                manifest: Manifest {
                    schema: Manifest::SCHEMA.to_owned(),
                    tool_version: String::new(),
                    rules_digest: String::new(),
                    lenses_digest: String::new(),
                    started_at: "2026-01-31T12:00:00Z".parse().expect("a timestamp"),
                    ended_at: None,
                    clock_skew_seconds: None,
                    caller: Caller { arn: String::new(), account: ACCOUNT.to_owned() },
                    regions,
                    regions_enabled: Some(enabled),
                    regions_off: Vec::new(),
                    planned: units.into_iter().map(|(_, unit)| unit).collect(),
                    types: BTreeMap::from([
                        ("items".to_owned(), vec![ITEM.to_owned()]),
                        ("guards".to_owned(), vec![GUARD.to_owned()]),
                    ]),
                    units: BTreeMap::new(),
                    replayed_from: None,
                },
                digest: String::new(),
                resources,
                listings,
                gaps: BTreeMap::new(),
                calls: HashMap::new(),
            };
            evidence.extend(Vec::new(), Vec::new());
            evidence
        },
    )
}

/// Something that takes evidence away.
#[derive(Clone, Debug)]
enum Loss {
    /// A listing that broke off, and with it some of its resources.
    Partial(usize, u8),
    /// A listing that was refused, and with it all of its resources.
    Refused(usize),
    /// A unit that never finished.
    Unfinished(usize),
    /// A field that could not be read.
    Field(usize, usize),
    /// The list of enabled regions.
    Regions,
}

fn loss() -> impl Strategy<Value = Loss> {
    prop_oneof![
        (0..5_usize, any::<u8>()).prop_map(|(at, mask)| Loss::Partial(at, mask)),
        (0..5_usize).prop_map(Loss::Refused),
        (0..5_usize).prop_map(Loss::Unfinished),
        (0..9_usize, 0..4_usize).prop_map(|(at, field)| Loss::Field(at, field)),
        Just(Loss::Regions),
    ]
}

fn lies_in(resource: &Resource, listing: &Listing) -> bool {
    resource.kind == listing.kind && resource.region == listing.unit.region
}

fn lose(evidence: &mut Evidence, loss: &Loss) {
    match loss {
        Loss::Partial(at, mask) => {
            let Some(listing) = evidence.listings.get_mut(*at) else { return };
            listing.state = ListingState::Partial;
            let listing = listing.clone();
            let mut nth = 0_u32;
            evidence.resources.retain(|resource| {
                if !lies_in(resource, &listing) {
                    return true;
                }
                nth += 1;
                mask & (1 << (nth % 8)) != 0
            });
        }
        Loss::Refused(at) => {
            let Some(listing) = evidence.listings.get_mut(*at) else { return };
            listing.state = ListingState::Unread;
            listing.calls.clear();
            listing.gap = Some(GapId::from("g-refused"));
            let listing = listing.clone();
            evidence.resources.retain(|resource| !lies_in(resource, &listing));
        }
        Loss::Unfinished(at) => {
            if *at >= evidence.listings.len() {
                return;
            }
            let listing = evidence.listings.remove(*at);
            evidence.resources.retain(|resource| !lies_in(resource, &listing));
        }
        Loss::Field(at, field) => {
            let Some(resource) = evidence.resources.get_mut(*at) else { return };
            let names: Vec<String> =
                resource.attributes.iter().map(|(name, _)| name.to_string()).chain(["tags".to_owned()]).collect();
            let name = names[field % names.len()].clone();
            resource.attributes = resource
                .attributes
                .iter()
                .filter(|(other, _)| other.as_str() != name)
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            if name == "tags" {
                resource.tags = None;
            }
            resource.unread.insert(name, GapId::from("g-field"));
        }
        Loss::Regions => {
            evidence.manifest.regions_enabled = None;
            evidence.listings.retain(|listing| listing.kind != "AWS::EC2::Region");
        }
    }
}

fn scope(production: bool) -> Scope {
    let tags = vec![TagSelector { key: "env".to_owned(), value: Some("prod".to_owned()) }];
    Scope {
        workload: production.then(|| Workload { name: "w".to_owned(), tags, ..Workload::default() }),
        ..Scope::default()
    }
}

fn verdicts(outcomes: &[Outcome]) -> Vec<(&str, Verdict)> {
    outcomes.iter().map(|outcome| (outcome.rule.as_str(), outcome.verdict)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn less_evidence_never_says_something_else(
        evidence in complete(),
        losses in prop::collection::vec(loss(), 1..4),
        production in any::<bool>(),
    ) {
        let rules = rules();
        let scope = scope(production);
        let before = rules.evaluate(&evidence, &scope);
        let mut less = evidence.clone();
        for loss in &losses {
            lose(&mut less, loss);
        }
        let after = rules.evaluate(&less, &scope);
        for (before, after) in before.iter().zip(&after) {
            prop_assert!(
                after.verdict == before.verdict || after.verdict == Verdict::Unknown,
                "{}: {} became {} ({:?} -> {:?})", before.rule, before.verdict, after.verdict, before.note, after.note
            );
        }
    }

    #[test]
    fn a_verdict_cites_and_a_pass_does_not_outlive_its_citations(evidence in complete(), production in any::<bool>()) {
        let rules = rules();
        let scope = scope(production);
        for outcome in rules.evaluate(&evidence, &scope) {
            if matches!(outcome.verdict, Verdict::Pass | Verdict::Fail) {
                prop_assert!(!outcome.citations.is_empty(), "{}", outcome.rule);
                prop_assert!(outcome.citations.is_sorted());
            }
            let judged: BTreeSet<&String> = outcome.judged.iter().map(|judged| &judged.region).collect();
            prop_assert_eq!(outcome.regions.iter().collect::<BTreeSet<_>>(), judged, "few enough to list them all");
            if outcome.verdict != Verdict::Pass {
                continue;
            }
            let cited: BTreeSet<&CallId> = outcome.citations.iter().collect();
            let mut less = evidence.clone();
            let gone = |calls: &[CallId]| calls.iter().any(|call| cited.contains(call));
            if cited.contains(&CallId::from("c-regions")) {
                lose(&mut less, &Loss::Regions);
            }
            for at in (0..less.listings.len()).rev() {
                if gone(&less.listings[at].calls) {
                    lose(&mut less, &Loss::Refused(at));
                }
            }
            let lost: Vec<Resource> = less.resources.iter().filter(|resource| gone(&resource.calls)).cloned().collect();
            less.resources.retain(|resource| !gone(&resource.calls));
            for listing in &mut less.listings {
                if lost.iter().any(|resource| lies_in(resource, listing)) {
                    listing.state = ListingState::Partial;
                }
            }
            let after = rules.evaluate(&less, &scope);
            let after = after.iter().find(|after| after.rule == outcome.rule).unwrap();
            prop_assert_ne!(after.verdict, Verdict::Pass, "{}: {:?}", outcome.rule, outcome.citations);
        }
    }

    #[test]
    fn threads_change_nothing(evidence in complete(), losses in prop::collection::vec(loss(), 0..3)) {
        let rules = rules();
        let mut evidence = evidence;
        for loss in &losses {
            lose(&mut evidence, loss);
        }
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| rules.evaluate(&evidence, &Scope::default()))
        };
        prop_assert_eq!(on(1), on(3));
    }
}

#[test]
fn nothing_scanned_says_nothing() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut evidence = complete().new_tree(&mut runner).unwrap().current();
    evidence.resources.clear();
    evidence.listings.clear();
    evidence.manifest.planned.clear();
    evidence.manifest.types.clear();
    evidence.manifest.regions.clear();
    evidence.manifest.regions_enabled = None;
    evidence.manifest.caller = Caller::default();
    let outcomes = rules().evaluate(&evidence, &Scope::default());
    assert!(outcomes.iter().all(|outcome| outcome.verdict == Verdict::Unknown), "{:?}", verdicts(&outcomes));
}
