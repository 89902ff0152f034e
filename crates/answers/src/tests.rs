//! From outcomes to the whole document, over the lens that ships.

mod principles;

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use wellproof_lens::{Lens, Level};
use wellproof_model::{
    BodyEncoding, Call, CallId, CallKey, Caller, Evidence, Gap, GapId, GapKind, Listing, ListingState, Manifest,
    Resource, Scope, Suggestion, UnitId, Verdict, Workload,
};
use wellproof_review::{Review, Status, ours};
use wellproof_rules::{Judged, Outcome};

use crate::Custody;
use crate::answer::{BearsOn, RuleView, answer};
use crate::compare::compare;
use crate::document::{Agreement, Choice, Document, Question, Risk, Standing};
use crate::fail_on::{FailOn, fail_on};
use crate::ruled::{Claim, listed_whole};
use crate::suggest::Weight;
use crate::suggested::suggested;
use crate::text::{CHOICE_NOTE, QUESTION_NOTE, length};

const ACCOUNT: &str = "111122223333";
const LIMITS: &str = "manage-service-limits";
const MONITOR: &str = "rel_manage_service_limits_monitor_manage_limits";
const AWARE: &str = "rel_manage_service_limits_aware_quotas_and_constraints";

fn lens() -> &'static Lens {
    Lens::by_id("wellarchitected").unwrap()
}

fn call(name: &str) -> Call {
    let unit = UnitId::new("quotas", ACCOUNT, "eu-central-1");
    Call {
        id: CallId::from(name),
        unit,
        key: CallKey {
            service: "servicequotas".into(),
            operation: "ListServiceQuotas".into(),
            region: "eu-central-1".into(),
            account: ACCOUNT.into(),
            method: "POST".into(),
            path: "/".into(),
            query: String::new(),
            input: String::new(),
        },
        nth: 0,
        at: "2026-11-21T10:00:00Z".parse().unwrap(),
        attempts: 1,
        status: 200,
        error: None,
        request_id: Some("7a62c49f".into()),
        headers: BTreeMap::new(),
        sha256: "00".repeat(32),
        size: 2,
        encoding: BodyEncoding::Text,
        redacted: Vec::new(),
    }
}

fn evidence(calls: &[&str]) -> Evidence {
    let manifest = serde_json::json!({
        "schema": Manifest::SCHEMA, "tool_version": "0.1.0", "rules_digest": "", "lenses_digest": "",
        "started_at": "2026-11-21T10:00:00Z", "ended_at": null,
        "caller": Caller { arn: format!("arn:aws:iam::{ACCOUNT}:user/auditor"), account: ACCOUNT.into() },
        "regions": ["eu-central-1"], "regions_enabled": ["eu-central-1", "us-east-1"], "regions_off": [],
        "planned": [UnitId::new("quotas", ACCOUNT, "eu-central-1")], "units": {},
    });
    Evidence {
        manifest: serde_json::from_value(manifest).unwrap(),
        digest: "sha256:00".into(),
        resources: Vec::new(),
        listings: Vec::new(),
        gaps: BTreeMap::new(),
        calls: calls.iter().map(|name| (CallId::from(*name), call(name))).collect::<HashMap<_, _>>(),
    }
}

fn outcome(rule: &str, verdict: Verdict, cited: &[&str]) -> Outcome {
    let of = |wanted| if verdict == wanted { 10 } else { 0 };
    let judged = |n: usize| Judged {
        kind: "AWS::ServiceQuotas::Quota".into(),
        id: format!("ec2/L-{n}"),
        arn: None,
        account: ACCOUNT.into(),
        region: "eu-central-1".into(),
        verdict,
        citations: cited.iter().map(|id| CallId::from(*id)).collect(),
    };
    Outcome {
        rule: rule.into(),
        verdict,
        passed: of(Verdict::Pass),
        failed: of(Verdict::Fail),
        unknown: of(Verdict::Unknown),
        not_judged: 2,
        out_of_scope: 0,
        judged: if verdict == Verdict::NotApplicable { Vec::new() } else { (0..10).map(judged).collect() },
        left_out: 0,
        accounts: vec![ACCOUNT.into()],
        regions: vec!["eu-central-1".into()],
        note: Some(format!("{rule} came to {verdict}")),
        citations: cited.iter().map(|id| CallId::from(*id)).collect(),
        gaps: Vec::new(),
        failing_share: if verdict == Verdict::Fail { 1.0 } else { 0.0 },
    }
}

fn rule<'a>(id: &'a str, on: &[(&'a str, &'a str, Weight, Weight)]) -> RuleView<'a> {
    RuleView {
        claim: Claim { id, title: "Something holds", fix: Some("Do it."), basis: "REL01-BP04", whole: true },
        bears_on: on
            .iter()
            .map(|(question, choice, pass, fail)| BearsOn {
                question,
                choice,
                pass: *pass,
                fail: *fail,
                tolerates: None,
                counts_from: None,
                together_with: &[],
                none_means_not_applicable: false,
            })
            .collect(),
    }
}

fn ask(evidence: &Evidence, rules: &[RuleView<'_>], outcomes: &[Outcome]) -> Document {
    answer(evidence, lens(), rules, outcomes, &Scope::default(), Custody::default())
}

fn question<'a>(document: &'a Document, id: &str) -> &'a Question {
    document.questions.iter().find(|question| question.id == id).unwrap()
}

fn choice<'a>(document: &'a Document, question_id: &str, id: &str) -> &'a Choice {
    question(document, question_id).choices.iter().find(|choice| choice.id == id).unwrap()
}

#[test]
fn an_empty_snapshot_selects_nothing() {
    let document = ask(&evidence(&[]), &[], &[]);
    assert_eq!(document.coverage.choices, 307);
    assert_eq!(document.coverage.not_proven, 307);
    assert_eq!(document.coverage.judged, 0);
    assert!(document.fix_first.is_empty());
    for question in &document.questions {
        assert_eq!(question.predicted_risk, Risk::Unanswered, "{}", question.id);
        assert!(question.note.is_empty());
        for choice in &question.choices {
            assert_eq!(choice.reason, "needs a person");
            assert!(choice.ask.is_some(), "{} has nothing to ask", choice.id);
            assert!(choice.note.is_empty() && choice.citations.is_empty() && choice.hint.is_none());
        }
    }
}

#[test]
fn a_proof_is_met_with_its_calls() {
    let rules = [rule("alarmed", &[(LIMITS, MONITOR, Weight::Proves, Weight::Refutes)])];
    let document = ask(&evidence(&["c-1"]), &rules, &[outcome("alarmed", Verdict::Pass, &["c-1"])]);
    let monitor = choice(&document, LIMITS, MONITOR);
    assert_eq!(monitor.verdict, Suggestion::Met);
    assert_eq!(monitor.reason, "alarmed passes for all 10 AWS::ServiceQuotas::Quota, which proves it");
    assert_eq!(monitor.note, "REL 1: alarmed came to pass. Scope: whole account 111122223333, 1 of 2 regions.");
    assert_eq!(monitor.citations[0].operation, "ListServiceQuotas");
    assert!(monitor.ask.is_none());
    assert_eq!(document.calls.len(), 1);
    assert_eq!((document.coverage.met, document.coverage.judged), (1, 1));
    let sentence = "whole account 111122223333, so development resources count too; 1 of 2 enabled regions scanned";
    assert_eq!(document.scope.sentence, sentence);
}

#[test]
fn what_was_found_is_cited_where_it_decides_nothing() {
    let rules = [
        rule("alarmed", &[(LIMITS, MONITOR, Weight::Nothing, Weight::Nothing)]),
        rule("raised", &[(LIMITS, MONITOR, Weight::Proves, Weight::Refutes)]),
    ];
    let outcomes = [outcome("alarmed", Verdict::Fail, &["c-1"]), outcome("raised", Verdict::Unknown, &["c-2"])];
    let document = ask(&evidence(&["c-1", "c-2"]), &rules, &outcomes);
    let monitor = choice(&document, LIMITS, MONITOR);
    assert_eq!(monitor.verdict, Suggestion::NotProven);
    assert!(monitor.note.contains("alarmed came to fail"), "{}", monitor.note);
    assert_eq!(monitor.citations.iter().map(|citation| citation.call.as_str()).collect::<Vec<_>>(), ["c-1"]);
}

#[test]
fn without_its_calls_it_is_no_longer_met() {
    let rules = [rule("alarmed", &[(LIMITS, MONITOR, Weight::Proves, Weight::Refutes)])];
    for (calls, cited) in [(&[][..], &["c-1"][..]), (&["c-1"][..], &["c-1", "c-2"][..]), (&["c-1"][..], &[][..])] {
        for verdict in [Verdict::Pass, Verdict::Fail] {
            let document = ask(&evidence(calls), &rules, &[outcome("alarmed", verdict, cited)]);
            let monitor = choice(&document, LIMITS, MONITOR);
            assert_eq!(monitor.verdict, Suggestion::NotProven, "{calls:?} {cited:?}");
            assert!(!monitor.note.contains("came to"), "{}", monitor.note);
        }
    }
}

#[test]
fn a_rule_that_did_not_run_decides_nothing() {
    let rules = [rule("alarmed", &[(LIMITS, MONITOR, Weight::Proves, Weight::Refutes)])];
    let document = ask(&evidence(&[]), &rules, &[]);
    let monitor = choice(&document, LIMITS, MONITOR);
    assert_eq!(monitor.verdict, Suggestion::NotProven);
    assert_eq!(monitor.reason, "alarmed did not run");
    assert!(document.rules.is_empty());
}

#[test]
fn quotas_without_alarms_lead_the_note() {
    let rules = [
        rule("quotas-in-use-are-alarmed", &[(LIMITS, MONITOR, Weight::Proves, Weight::Refutes)]),
        rule(
            "no-fixed-quota-is-nearly-reached",
            &[(LIMITS, "rel_manage_service_limits_aware_fixed_limits", Weight::Supports, Weight::Refutes)],
        ),
        rule("no-quota-in-use-is-exhausted", &[(LIMITS, AWARE, Weight::Supports, Weight::Weakens)]),
    ];
    let mut outcomes = [
        outcome("no-fixed-quota-is-nearly-reached", Verdict::Fail, &["c-1"]),
        outcome("no-quota-in-use-is-exhausted", Verdict::Fail, &["c-1"]),
        outcome("quotas-in-use-are-alarmed", Verdict::Fail, &["c-1"]),
    ];
    outcomes[2].note = Some("quotas not monitored: 10 of 10 quotas in use have no alarm".into());
    let document = ask(&evidence(&["c-1"]), &rules, &outcomes);
    let limits = question(&document, LIMITS);
    let start = "REL 1: quotas not monitored: 10 of 10 quotas in use have no alarm. no-fixed-quota-is-nearly-reached";
    assert!(limits.note.starts_with(start), "{}", limits.note);
    assert!(limits.note.contains("no-quota-in-use-is-exhausted"));
    assert!(choice(&document, LIMITS, MONITOR).note.starts_with("REL 1: quotas not monitored"));
    assert_eq!(
        choice(&document, LIMITS, MONITOR).reason,
        "quotas-in-use-are-alarmed fails for all 10 AWS::ServiceQuotas::Quota, which refutes it"
    );
}

#[test]
fn none_of_these_needs_every_choice_refuted() {
    let choices: Vec<&str> = lens().question(LIMITS).unwrap().choices.iter().map(|choice| choice.id.as_str()).collect();
    let on: Vec<_> = choices.iter().map(|choice| (LIMITS, *choice, Weight::Nothing, Weight::Refutes)).collect();
    let rules = [rule("r", &on)];
    let document = ask(&evidence(&["c-1"]), &rules, &[outcome("r", Verdict::Fail, &["c-1"])]);
    let last = question(&document, LIMITS).choices.last().unwrap();
    assert_eq!((last.id.as_str(), last.verdict), ("rel_manage_service_limits_no", Suggestion::Met));
    assert_eq!(last.citations.len(), 1);
    assert_eq!((document.coverage.choices, document.coverage.not_met, document.coverage.met), (307, 6, 0));

    let rules = [rule("r", &on[1..])];
    let document = ask(&evidence(&["c-1"]), &rules, &[outcome("r", Verdict::Fail, &["c-1"])]);
    assert_eq!(question(&document, LIMITS).choices.len(), 6);

    // One that does not apply leaves it to a person.
    let mut rules = [rule("r", &on[1..]), rule("s", &[(LIMITS, choices[0], Weight::Nothing, Weight::Nothing)])];
    rules[1].bears_on[0].none_means_not_applicable = true;
    let outcomes = [outcome("r", Verdict::Fail, &["c-1"]), outcome("s", Verdict::NotApplicable, &["c-1"])];
    let document = ask(&evidence(&["c-1"]), &rules, &outcomes);
    let limits = question(&document, LIMITS);
    assert_eq!((limits.choices.len(), limits.choices[0].verdict), (6, Suggestion::NotApplicable));
}

#[test]
fn nothing_that_exists_is_not_the_same_as_not_applicable() {
    let mut rules = [rule("r", &[(LIMITS, MONITOR, Weight::Proves, Weight::Refutes)])];
    let outcomes = [outcome("r", Verdict::NotApplicable, &["c-1"])];
    let document = ask(&evidence(&["c-1"]), &rules, &outcomes);
    let monitor = choice(&document, LIMITS, MONITOR);
    assert_eq!(monitor.verdict, Suggestion::NotProven);
    assert_eq!(monitor.reason, "nothing of the kinds looked at exists (r)");
    rules[0].bears_on[0].none_means_not_applicable = true;
    let document = ask(&evidence(&["c-1"]), &rules, &outcomes);
    assert_eq!(choice(&document, LIMITS, MONITOR).verdict, Suggestion::NotApplicable);
}

#[test]
fn an_unknown_rule_names_what_was_denied() {
    let mut evidence = evidence(&[]);
    let unit = UnitId::new("quotas", ACCOUNT, "eu-central-1");
    let mut gap = Gap::not_asked(&unit, "AWS::ServiceQuotas::Quota", "AccessDenied");
    gap.kind = GapKind::Denied;
    gap.actions = vec!["servicequotas:ListServiceQuotas".into()];
    let mut out = outcome("r", Verdict::Unknown, &[]);
    (out.unknown, out.gaps) = (0, vec![gap.id.clone()]);
    evidence.gaps.insert(gap.id.clone(), gap);
    let rules = [rule("r", &[(LIMITS, MONITOR, Weight::Proves, Weight::Refutes)])];
    let document = ask(&evidence, &rules, &[out]);
    let monitor = choice(&document, LIMITS, MONITOR);
    assert_eq!(monitor.reason, "r is unknown: AWS::ServiceQuotas::Quota denied (servicequotas:ListServiceQuotas)");
    assert_eq!(document.gaps[0].actions, ["servicequotas:ListServiceQuotas"]);
    assert_eq!(question(&document, LIMITS).predicted_risk, Risk::Unanswered);
}

#[test]
fn a_tolerance_is_not_granted_over_a_listing_that_was_cut_off() {
    let evidence = evidence(&["c-1"]);
    let verdict = |whole: bool, failed: u64, unknown: u64| {
        let mut rules = [rule("r", &[(LIMITS, MONITOR, Weight::Proves, Weight::Refutes)])];
        (rules[0].bears_on[0].tolerates, rules[0].claim.whole) = (Some(0.1), whole);
        let mut out = outcome("r", Verdict::Fail, &["c-1"]);
        (out.passed, out.failed, out.unknown) = (100 - failed - unknown, failed, unknown);
        choice(&ask(&evidence, &rules, &[out]), LIMITS, MONITOR).verdict
    };
    assert_eq!(verdict(true, 2, 0), Suggestion::Partial);
    assert_eq!(verdict(true, 2, 1), Suggestion::Partial, "one more failure is within what is tolerated");
    assert_eq!(verdict(true, 2, 20), Suggestion::NotProven);
    assert_eq!(verdict(true, 20, 2), Suggestion::NotMet);
    assert_eq!(verdict(false, 2, 0), Suggestion::NotProven);
    assert_eq!(verdict(false, 20, 0), Suggestion::NotProven);
}

#[test]
fn a_few_resources_neither_prove_nor_refute() {
    let evidence = evidence(&["c-1"]);
    let verdict = |verdict: Verdict, whole: bool, (passed, failed, unknown): (u64, u64, u64)| {
        let mut rules = [rule("r", &[(LIMITS, MONITOR, Weight::Proves, Weight::Refutes)])];
        (rules[0].bears_on[0].counts_from, rules[0].claim.whole) = (Some(5), whole);
        let mut out = outcome("r", verdict, &["c-1"]);
        (out.passed, out.failed, out.unknown) = (passed, failed, unknown);
        choice(&ask(&evidence, &rules, &[out]), LIMITS, MONITOR).verdict
    };
    assert_eq!(verdict(Verdict::Fail, true, (0, 4, 0)), Suggestion::Partial);
    assert_eq!(verdict(Verdict::Fail, true, (4, 1, 0)), Suggestion::NotMet);
    assert_eq!(verdict(Verdict::Fail, true, (3, 1, 1)), Suggestion::NotProven, "the one not read may not count");
    assert_eq!(verdict(Verdict::Fail, false, (0, 4, 0)), Suggestion::NotProven, "there may be more");
    assert_eq!(verdict(Verdict::Fail, false, (4, 1, 0)), Suggestion::NotMet);
    assert_eq!(verdict(Verdict::Pass, true, (4, 0, 0)), Suggestion::Partial);
    assert_eq!(verdict(Verdict::Pass, true, (5, 0, 0)), Suggestion::Met);
    assert_eq!(verdict(Verdict::Pass, true, (4, 0, 1)), Suggestion::NotProven);
}

#[test]
fn a_share_is_of_all_that_was_listed() {
    let kind = "AWS::EC2::Volume";
    let mut evidence = evidence(&[]);
    let everywhere = |_: &str, _: &str| true;
    let here = |_: &str, region: &str| region == "eu-central-1";
    assert!(!listed_whole(kind, &evidence, everywhere), "nobody asked");
    evidence.listings = vec![listing(kind, ListingState::Complete)];
    assert!(!listed_whole(kind, &evidence, everywhere), "us-east-1 is enabled and was not scanned");
    assert!(listed_whole(kind, &evidence, here));
    evidence.manifest.regions_enabled = Some(vec!["eu-central-1".into()]);
    assert!(listed_whole(kind, &evidence, everywhere));
    evidence.manifest.regions_enabled = None;
    assert!(!listed_whole(kind, &evidence, everywhere));
    evidence.listings = vec![listing(kind, ListingState::Partial)];
    assert!(!listed_whole(kind, &evidence, here));
}

#[test]
fn what_to_fix_first_is_found_by_computing_the_risks_again() {
    let high = |question: &'static str| -> &'static str {
        let question = lens().question(question).unwrap();
        let choice = question.choices.iter().find(|choice| choice.level == Some(Level::High)).unwrap();
        choice.id.as_str()
    };
    let (detect, priorities) = ("detect-investigate-events", "priorities");
    assert!(lens().question(detect).is_some());
    let rules = [
        rule("one", &[(priorities, high(priorities), Weight::Supports, Weight::Refutes)]),
        rule(
            "two",
            &[
                (LIMITS, high(LIMITS), Weight::Supports, Weight::Refutes),
                (detect, high(detect), Weight::Supports, Weight::Refutes),
            ],
        ),
        rule("vain", &[(LIMITS, high(LIMITS), Weight::Supports, Weight::Nothing)]),
    ];
    let outcomes = ["one", "two", "vain"].map(|id| outcome(id, Verdict::Fail, &["c-1"]));
    let document = ask(&evidence(&["c-1"]), &rules, &outcomes);
    assert_eq!(question(&document, LIMITS).predicted_risk, Risk::High);
    let fixes = &document.fix_first;
    assert_eq!(fixes[0].rules, ["two"]);
    assert_eq!((fixes[0].lowers.len(), fixes[0].high_risks_left), (2, 1));
    assert_eq!((fixes[1].rules.as_slice(), fixes[1].high_risks_left), (&["one".to_owned()][..], 0));
    assert_eq!(fixes.len(), 2);
    assert_eq!(fixes[0].fix, "Do it.");

    let said = fail_on(&document, FailOn::HighRisk).unwrap();
    assert!(said.starts_with("3 questions at high risk: "), "{said}");
    assert!(fail_on(&document, FailOn::NotMet).unwrap().starts_with("3 choices not met: "));
    assert_eq!(fail_on(&document, FailOn::Gaps), None);
    assert_eq!("not-met".parse(), Ok(FailOn::NotMet));
    assert!("nothing".parse::<FailOn>().unwrap_err().to_string().contains("`high-risk`"));
}

fn resource(kind: &str, id: &str, attributes: serde_json::Value) -> Resource {
    Resource {
        kind: kind.into(),
        id: id.into(),
        arn: None,
        account: ACCOUNT.into(),
        region: "eu-central-1".into(),
        tags: Some([("env", if id.ends_with('1') { "prod" } else { "dev" })].into_iter().collect()),
        attributes: serde_json::from_value(attributes).unwrap(),
        calls: vec![CallId::from("c-1")],
        unread: BTreeMap::new(),
    }
}

fn listing(kind: &str, state: ListingState) -> Listing {
    let unit = UnitId::new("ec2", ACCOUNT, "eu-central-1");
    Listing { kind: kind.into(), unit, state, count: 0, calls: Vec::new(), gap: None }
}

#[test]
fn hints_count_what_is_known_and_say_how_far() {
    let volumes = "AWS::EC2::Volume";
    let unattached = "cost_decomissioning_resources_decommission";
    let mut evidence = evidence(&["c-1"]);
    evidence.manifest.regions_enabled = Some(vec!["eu-central-1".into()]);
    evidence.resources = vec![
        resource(volumes, "vol-1", serde_json::json!({"state": "available", "volume_type": "gp2"})),
        resource(volumes, "vol-2", serde_json::json!({"state": "available", "volume_type": "gp3"})),
        resource(volumes, "vol-3", serde_json::json!({"state": "in-use", "volume_type": "gp3"})),
    ];
    let hint = |evidence: &Evidence, scope: &Scope, id: &str| {
        let document = answer(evidence, lens(), &[], &[], scope, Custody::default());
        let found =
            document.questions.iter().flat_map(|question| &question.choices).find(|choice| choice.id == id).unwrap();
        assert_eq!(found.verdict, Suggestion::NotProven);
        found.hint.clone()
    };
    let whole = Scope::default();
    assert_eq!(hint(&evidence, &whole, unattached), None, "without a listing nothing was asked");

    evidence.listings = vec![listing(volumes, ListingState::Complete)];
    assert_eq!(hint(&evidence, &whole, unattached).unwrap(), "2 of 3 EBS volumes are attached to nothing.");
    assert_eq!(hint(&evidence, &whole, "sus_sus_data_a3").unwrap(), "EBS volumes by type: gp3 2 and gp2 1.");

    let production = Workload { name: "shop".into(), tags: vec!["env=prod".to_owned().into()], ..Workload::default() };
    let production = Scope { workload: Some(production), ..Scope::default() };
    assert_eq!(hint(&evidence, &production, unattached).unwrap(), "1 of 1 EBS volumes are attached to nothing.");

    evidence.listings = vec![listing(volumes, ListingState::Partial)];
    assert_eq!(
        hint(&evidence, &whole, unattached).unwrap(),
        "at least 2 of at least 3 EBS volumes are attached to nothing."
    );

    evidence.listings = vec![listing(volumes, ListingState::Complete)];
    evidence.manifest.regions_enabled = Some(vec!["eu-central-1".into(), "us-east-1".into()]);
    assert!(hint(&evidence, &whole, unattached).unwrap().starts_with("at least 2"), "a region was not scanned");
    evidence.manifest.regions_enabled = Some(vec!["eu-central-1".into()]);

    evidence.listings = vec![listing(volumes, ListingState::Unread)];
    assert_eq!(hint(&evidence, &whole, unattached).unwrap(), "EBS volumes were not read.");

    evidence.resources.clear();
    evidence.listings = vec![listing(volumes, ListingState::Complete)];
    assert_eq!(hint(&evidence, &whole, unattached).unwrap(), "no EBS volumes.");
}

#[test]
fn the_scope_is_said() {
    let mut evidence = evidence(&["c-1"]);
    evidence.resources = vec![resource("AWS::EC2::Volume", "vol-2", serde_json::json!({}))];
    let workload = Workload { name: "shop".into(), tags: vec!["env=prod".to_owned().into()], ..Workload::default() };
    let scope = Scope { workload: Some(workload), ..Scope::default() };
    let rules = [rule("r", &[(LIMITS, MONITOR, Weight::Proves, Weight::Refutes)])];
    let document = answer(
        &evidence,
        lens(),
        &rules,
        &[outcome("r", Verdict::Fail, &["c-1"])],
        &scope,
        Custody { damaged: true, ..Custody::default() },
    );
    assert_eq!(
        document.scope.sentence,
        "workload shop (account 111122223333, resources tagged env=prod); 1 of 2 enabled regions scanned"
    );
    assert_eq!(document.scope.out_of_scope, 1);
    assert!(!document.snapshot.verified && document.snapshot.damaged && !document.snapshot.unfinished);
    let note = |document: &Document| question(document, LIMITS).note.clone();
    assert!(note(&document).ends_with("Scope: workload shop (env=prod), 1 of 2 regions."), "{}", note(&document));

    let regions = vec!["eu-central-1".to_owned()];
    let workload = Workload { name: "shop".into(), regions, ..Workload::default() };
    let scope = Scope { workload: Some(workload), ..Scope::default() };
    let outcomes = [outcome("r", Verdict::Fail, &["c-1"])];
    let document = answer(&evidence, lens(), &rules, &outcomes, &scope, Custody::default());
    assert!(note(&document).ends_with("Scope: workload shop, 1 of 1 region."), "{}", note(&document));
}

#[test]
fn resources_are_counted_as_they_were_read() {
    let mut evidence = evidence(&[]);
    evidence.resources = ["AWS::EC2::Instance", "Wellproof::EC2::InstanceProvenance"]
        .map(|kind| resource(kind, "i-2", serde_json::json!({})))
        .into();
    let workload = Workload { name: "shop".into(), tags: vec!["env=prod".to_owned().into()], ..Workload::default() };
    let scope = Scope { workload: Some(workload), ..Scope::default() };
    // 12 resources lie in the snapshot: those of 11 types that no rule reads were not parsed.
    let document = answer(&evidence, lens(), &[], &[], &scope, Custody { resources: 12, ..Custody::default() });
    assert_eq!(document.snapshot.resources, 12);
    assert_eq!(document.scope.out_of_scope, 1, "what was derived of an instance is no second resource");
}

#[test]
fn a_missing_seal_is_a_gap() {
    let of = |unfinished, damaged| {
        let custody = Custody { unfinished, damaged, ..Custody::default() };
        answer(&evidence(&[]), lens(), &[], &[], &Scope::default(), custody)
    };
    let gaps = |document: &Document| fail_on(document, FailOn::Gaps);
    assert_eq!(gaps(&of(false, false)), None);
    let unfinished = of(true, false);
    assert!(!unfinished.snapshot.verified && unfinished.snapshot.unfinished && !unfinished.snapshot.damaged);
    assert_eq!(gaps(&unfinished).unwrap(), "1 gap: the seal of an unfinished snapshot");
    assert_eq!(gaps(&of(true, true)).unwrap(), "1 gap: the seal of a damaged snapshot");
}

#[test]
fn what_leaves_a_derived_fact_open_is_no_gap_to_mend() {
    let mut evidence = evidence(&[]);
    let mut add = |collector: &str, kind: GapKind| {
        let unit = UnitId::new(collector, ACCOUNT, "eu-central-1");
        let gap = Gap { kind, ..Gap::not_asked(&unit, "AWS::EC2::Instance#i-1", "nobody says") };
        evidence.gaps.insert(gap.id.clone(), gap);
        let document = answer(&evidence, lens(), &[], &[], &Scope::default(), Custody::default());
        assert_eq!(document.snapshot.gaps, evidence.gaps.len() as u64);
        fail_on(&document, FailOn::Gaps)
    };
    assert_eq!(add("derive", GapKind::NotAsked), None);
    assert_eq!(add("ec2", GapKind::Denied).unwrap(), "1 gap: AWS::EC2::Instance#i-1 in ec2/111122223333/eu-central-1");
}

#[test]
fn the_document_is_as_its_schema_says() {
    let schema = crate::json_schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let rules = [rule("alarmed", &[(LIMITS, MONITOR, Weight::Proves, Weight::Refutes)])];
    for verdict in [Verdict::Pass, Verdict::Fail, Verdict::Unknown, Verdict::NotApplicable] {
        let document = ask(&evidence(&["c-1"]), &rules, &[outcome("alarmed", verdict, &["c-1"])]);
        let json = serde_json::to_value(&document).unwrap();
        let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(json["schema"], "wellproof/answers/1");
        assert_eq!(serde_json::from_value::<Document>(json).unwrap(), document);
    }
}

#[test]
fn what_is_left_out_is_counted() {
    let calls: Vec<String> = (0..120).map(|n| format!("c-{n:03}")).collect();
    let calls: Vec<&str> = calls.iter().map(String::as_str).collect();
    let rules = [rule("r", &[(LIMITS, MONITOR, Weight::Proves, Weight::Refutes)])];
    let mut out = outcome("r", Verdict::Fail, &calls);
    out.left_out = 7;
    let document = ask(&evidence(&calls), &rules, &[out]);
    let monitor = choice(&document, LIMITS, MONITOR);
    assert_eq!((monitor.citations.len(), monitor.citations_left_out), (50, 70));
    assert!(monitor.citations.is_sorted_by(|a, b| a.call < b.call));
    assert_eq!((monitor.rules[0].resources.len(), monitor.rules[0].resources_left_out), (10, 7));
    assert_eq!(document.calls.len(), 120, "every call that a listed resource names");
}

#[test]
fn what_ships_selects_nothing_of_an_empty_snapshot() {
    let rules = wellproof_rules::RuleSet::shipped().unwrap();
    let evidence = evidence(&[]);
    let scope = Scope::default();
    let document =
        crate::answer(&evidence, lens(), &rules, &rules.evaluate(&evidence, &scope), &scope, Custody::default());
    assert_eq!(document.coverage.not_proven, 307);
    assert_eq!(document.rules.len(), rules.len());
    assert!(document.rules.values().all(|rule| rule.verdict == Verdict::Unknown));
    assert!(document.questions.iter().all(|question| question.predicted_risk == Risk::Unanswered));
}

fn any_outcome(id: &'static str) -> impl Strategy<Value = Outcome> {
    let verdict =
        prop_oneof![Just(Verdict::Pass), Just(Verdict::Fail), Just(Verdict::Unknown), Just(Verdict::NotApplicable)];
    let cited = proptest::collection::vec(prop_oneof![Just("c-1"), Just("c-2"), Just("c-3")], 0..3);
    (verdict, cited, proptest::option::of("\\PC{0,300}|[a-z .]{0,2500}"), any::<bool>()).prop_map(
        move |(verdict, cited, note, gap)| {
            let mut outcome = outcome(id, verdict, &cited);
            outcome.note = note;
            outcome.gaps = if gap { vec![GapId::from("g-1")] } else { Vec::new() };
            outcome
        },
    )
}

const RULES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

fn any_rules() -> impl Strategy<Value = Vec<RuleView<'static>>> {
    let choices: Vec<(&'static str, &'static str)> =
        lens().choices().take(30).map(|(question, choice)| (question.id.as_str(), choice.id.as_str())).collect();
    let pass = prop_oneof![Just(Weight::Nothing), Just(Weight::Supports), Just(Weight::Proves)];
    let fail = prop_oneof![Just(Weight::Nothing), Just(Weight::Weakens), Just(Weight::Refutes)];
    let on = (0..choices.len(), pass, fail);
    let rules = proptest::collection::vec(proptest::collection::vec(on, 1..6), RULES.len());
    rules.prop_map(move |rules| {
        let view = |(id, on): (&&'static str, Vec<(usize, Weight, Weight)>)| {
            let on: Vec<_> =
                on.into_iter().map(|(at, pass, fail)| (choices[at].0, choices[at].1, pass, fail)).collect();
            rule(id, &on)
        };
        RULES.iter().zip(rules).map(view).collect()
    })
}

fn any_outcomes() -> impl Strategy<Value = Vec<Outcome>> {
    RULES.into_iter().map(any_outcome).collect::<Vec<_>>()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_rules_say(rules in any_rules(), outcomes in any_outcomes()) {
        let evidence = evidence(&["c-1", "c-2"]);
        let document = ask(&evidence, &rules, &outcomes);
        principles::agree(&document);
        let again = ask(&evidence, &rules, &outcomes);
        prop_assert_eq!(serde_json::to_string(&document).unwrap(), serde_json::to_string(&again).unwrap());
        for question in &document.questions {
            let number = format!("{}: ", question.number);
            prop_assert!(length(&question.note) <= QUESTION_NOTE);
            prop_assert!(question.note.is_empty() || question.note.starts_with(&number));
            for choice in &question.choices {
                prop_assert!(length(&choice.note) <= CHOICE_NOTE);
                prop_assert!(choice.note.is_empty() || choice.note.starts_with(&number));
                if matches!(choice.verdict, Suggestion::Met | Suggestion::NotMet) {
                    prop_assert!(!choice.citations.is_empty());
                }
                for citation in &choice.citations {
                    prop_assert!(evidence.calls.contains_key(&CallId::from(citation.call.clone())));
                }
            }
        }
        let mut left = document.questions.iter().filter(|question| question.predicted_risk == Risk::High).count() as u64;
        for fix in &document.fix_first {
            prop_assert!(fix.high_risks_left < left && !fix.rules.is_empty() && !fix.lowers.is_empty());
            left = fix.high_risks_left;
        }
    }

    /// Take away the calls that a suggestion cites, and it is no longer made; nothing else moves towards met.
    #[test]
    fn no_evidence_no_verdict(rules in any_rules(), outcomes in any_outcomes(), keep in any::<bool>()) {
        let before = ask(&evidence(&["c-1", "c-2"]), &rules, &outcomes);
        let less = evidence(if keep { &["c-1"] } else { &[] });
        let after = ask(&less, &rules, &outcomes);
        for (before, after) in before.questions.iter().zip(&after.questions) {
            for choice in &before.choices {
                let then = after.choices.iter().find(|other| other.id == choice.id);
                let then = then.map_or(Suggestion::NotProven, |choice| choice.verdict);
                prop_assert!(then == choice.verdict || then == Suggestion::NotProven, "{} became {then}", choice.verdict);
                let lost = choice.citations.iter().any(|cited| !less.calls.contains_key(&CallId::from(cited.call.clone())));
                if choice.verdict == Suggestion::Met && lost {
                    prop_assert_eq!(then, Suggestion::NotProven);
                }
            }
        }
    }
}

/// A choice of the lens of 2020 by its title.
fn of_2020<'a>(document: &'a Document, number: &str, title: &str) -> &'a Choice {
    let question = document.questions.iter().find(|question| question.number == number).unwrap();
    question.choices.iter().find(|choice| choice.title == title).unwrap()
}

fn ask_2020(rules: &[RuleView<'_>], outcomes: &[Outcome]) -> Document {
    let lens = Lens::by_id("wellarchitected-2020").unwrap();
    answer(&evidence(&["c-1"]), lens, rules, outcomes, &Scope::default(), Custody::default())
}

#[test]
fn a_practice_of_2020_is_judged_by_the_rules_of_its_successor() {
    let permissions = [("permissions", "sec_permissions_define", Weight::Proves, Weight::Refutes)];
    let rules = [rule("alarmed", &[(LIMITS, MONITOR, Weight::Proves, Weight::Refutes)]), rule("defined", &permissions)];
    let fails =
        ask_2020(&rules, &[outcome("alarmed", Verdict::Fail, &["c-1"]), outcome("defined", Verdict::Fail, &["c-1"])]);
    let renamed = of_2020(&fails, "REL 1", "Monitor and manage limits");
    assert_eq!(renamed.verdict, Suggestion::NotMet);
    assert_eq!(renamed.succeeded_by.as_ref().unwrap().title, "Monitor and manage quotas");
    // What is only the nearest practice decides nothing, however certain it is.
    let nearest = of_2020(&fails, "SEC 2", "Define human access requirements");
    assert_eq!((nearest.verdict, nearest.rules[0].weight.as_str()), (Suggestion::Partial, "weakens"));

    let passes =
        ask_2020(&rules, &[outcome("alarmed", Verdict::Pass, &["c-1"]), outcome("defined", Verdict::Pass, &["c-1"])]);
    assert_eq!(of_2020(&passes, "REL 1", "Monitor and manage limits").verdict, Suggestion::Met);
    let nearest = of_2020(&passes, "SEC 2", "Define human access requirements");
    assert_eq!((nearest.verdict, nearest.rules[0].weight.as_str()), (Suggestion::Partial, "supports"));
}

#[test]
fn an_open_choice_of_2020_asks_what_its_successor_asks() {
    let document = ask_2020(&[], &[]);
    for choice in document.questions.iter().flat_map(|question| &question.choices) {
        assert!(choice.ask.as_ref().is_some_and(|ask| ask.contains('?')), "{} has nothing to ask", choice.id);
    }
}

fn reviewed(statuses: &[(&str, Status)], applicable: bool) -> Review {
    let choices = statuses.iter().map(|(choice, status)| serde_json::json!({"choice": choice, "status": status}));
    serde_json::from_value(serde_json::json!({
        "schema": Review::SCHEMA,
        "source": {"kind": "tool_answers", "name": "answers.json", "sha256": "00"},
        "lens": {"id": lens().id, "edition": lens().edition},
        "workload": {"name": "Shop"},
        "questions": [{
            "question": LIMITS, "number": "REL 1", "title": "t", "risk": "NONE", "applicable": applicable,
            "choices": choices.collect::<Vec<_>>(), "line": null,
        }],
    }))
    .unwrap()
}

#[test]
fn what_people_said_is_held_against_the_evidence() {
    let rules = [rule("alarmed", &[(LIMITS, MONITOR, Weight::Proves, Weight::Refutes)])];
    let held = |verdict, status| {
        let mut document = ask(&evidence(&["c-1"]), &rules, &[outcome("alarmed", verdict, &["c-1"])]);
        compare(&mut document, lens(), &reviewed(&[(MONITOR, status), (AWARE, Status::Selected)], true)).unwrap();
        let stand = choice(&document, LIMITS, MONITOR).people.as_ref().unwrap().stand;
        (stand, document.review.unwrap())
    };
    let (stand, review) = held(Verdict::Fail, Status::Selected);
    assert_eq!((stand, review.agreement.contradicted), (Some(Standing::Contradicted), 1));
    let found = &review.contradicted[0];
    assert_eq!((found.choice.as_str(), found.citations[0].call.as_str()), (MONITOR, "c-1"));
    assert!(found.note.starts_with("REL 1: alarmed came to fail"), "{}", found.note);
    let (stand, review) = held(Verdict::Pass, Status::Unselected);
    assert_eq!((stand, review.undersold.len()), (Some(Standing::Undersold), 1));
    assert_eq!(held(Verdict::Pass, Status::Selected).0, Some(Standing::Confirmed));
    assert_eq!(held(Verdict::Fail, Status::Unselected).0, Some(Standing::Confirmed));
    assert_eq!(held(Verdict::Unknown, Status::Selected).0, Some(Standing::Unproven));
    assert_eq!(held(Verdict::Unknown, Status::Unselected).0, None);
    assert_eq!(held(Verdict::Fail, Status::NotApplicable).0, None);
}

#[test]
fn a_flaw_is_contradicted_the_other_way_round() {
    const FLAW: &str = "aware-of-limits-but-not-tracking-them";
    let rules = [rule("untracked", &[(LIMITS, FLAW, Weight::Proves, Weight::Refutes)])];
    let held = |verdict, status| {
        let mut document = ask_2020(&rules, &[outcome("untracked", verdict, &["c-1"])]);
        let mut review = reviewed(&[(FLAW, status), ("monitor-and-manage-limits", Status::Selected)], true);
        review.lens.id.clone_from(&document.lens.id);
        review.lens.edition.clone_from(&document.lens.edition);
        compare(&mut document, Lens::by_id("wellarchitected-2020").unwrap(), &review).unwrap();
        choice(&document, LIMITS, FLAW).people.as_ref().unwrap().stand
    };
    assert_eq!(held(Verdict::Pass, Status::Unselected), Some(Standing::Contradicted));
    assert_eq!(held(Verdict::Fail, Status::Selected), Some(Standing::Undersold));
    assert_eq!(held(Verdict::Pass, Status::Selected), Some(Standing::Confirmed));
    assert_eq!(held(Verdict::Unknown, Status::Unselected), None);
}

#[test]
fn a_question_without_an_answer_and_what_was_pushed_claim_nothing() {
    let rules = [rule("alarmed", &[(LIMITS, MONITOR, Weight::Proves, Weight::Refutes)])];
    let held = |verdict, notes: &str, status| {
        let mut document = ask(&evidence(&["c-1"]), &rules, &[outcome("alarmed", verdict, &["c-1"])]);
        let mut review = reviewed(&[(MONITOR, status), (AWARE, Status::Unselected)], true);
        review.questions[0].choices[0].notes = notes.to_owned();
        review.questions[0].notes = ours::merge("Theirs.", "REL 1: ours.", &document.snapshot.digest).notes;
        compare(&mut document, lens(), &review).unwrap();
        let question = document.questions.iter().find(|it| it.id == LIMITS).unwrap();
        assert_eq!(question.people.as_ref().unwrap().notes, "Theirs.");
        let claimed = choice(&document, LIMITS, MONITOR).people.is_some();
        (claimed, document.review.unwrap().agreement)
    };
    for verdict in [Verdict::Pass, Verdict::Fail] {
        assert_eq!(held(verdict, "", Status::Unselected), (false, Agreement::default()));
        let ours = ours::choice_note("REL 1: so.", Status::Selected);
        assert_eq!(held(verdict, &ours, Status::Selected), (false, Agreement::default()));
        assert!(held(verdict, &ours, Status::Unselected).0, "somebody took it back");
        assert!(held(verdict, "We doubt it.", Status::Unselected).0);
    }
}

#[test]
fn what_trusted_advisor_said_is_beside_the_choice_and_decides_nothing() {
    let mut document = ask(&evidence(&[]), &[], &[]);
    let mut review = reviewed(&[(MONITOR, Status::Selected)], true);
    review.pulled = Some(
        serde_json::from_value(serde_json::json!({
            "workload_id": "0", "milestone": null, "lens_alias": "wellarchitected", "lens_arn": "arn", "lens_version": "1",
            "edition": {}, "calls": [],
            "checks": [{
                "question": LIMITS, "choice": MONITOR, "id": "eW7HH0l7J9", "name": "Limits", "account": ACCOUNT,
                "status": "OKAY", "flagged_resources": null, "reason": null, "updated_at": null, "request_id": "r-1",
                "sha256": "00",
            }],
            "gaps": [{"what": "another", "reason": "ACCESS_DENIED", "message": "denied"}],
        }))
        .unwrap(),
    );
    let before = choice(&document, LIMITS, MONITOR).verdict;
    compare(&mut document, lens(), &review).unwrap();
    let choice = choice(&document, LIMITS, MONITOR);
    assert_eq!((choice.verdict, choice.checks.len()), (before, 1));
    assert_eq!(document.review.unwrap().gaps[0].reason, "ACCESS_DENIED");
}

#[test]
fn a_question_that_was_called_off_is_told_where_the_account_holds_something_of_it() {
    let rules = [rule("alarmed", &[(LIMITS, MONITOR, Weight::Proves, Weight::Refutes)])];
    let called_off = |verdict| {
        let mut document = ask(&evidence(&["c-1"]), &rules, &[outcome("alarmed", verdict, &["c-1"])]);
        compare(&mut document, lens(), &reviewed(&[(MONITOR, Status::Selected)], false)).unwrap();
        assert!(choice(&document, LIMITS, MONITOR).people.is_none(), "what was called off claims nothing");
        document.review.unwrap().called_off
    };
    let told = called_off(Verdict::Fail);
    assert_eq!(
        (told.len(), told[0].resources, told[0].types.as_slice()),
        (1, 10, &["AWS::ServiceQuotas::Quota".to_owned()][..])
    );
    assert_eq!(called_off(Verdict::Unknown), []);
    assert_eq!(called_off(Verdict::NotApplicable), []);
}

#[test]
fn a_review_of_another_lens_is_refused() {
    let mut document = ask_2020(&[], &[]);
    let refused = compare(&mut document, lens(), &reviewed(&[], true)).unwrap_err();
    assert!(refused.to_string().contains("wellarchitected-2020"), "{refused}");
    assert!(document.review.is_none());
}

#[test]
fn an_answer_that_the_lens_does_not_ask_for_is_told() {
    let mut document = ask(&evidence(&[]), &[], &[]);
    let said = [
        (MONITOR, Status::Selected),
        ("rel_manage_service_limits_no", Status::Unselected),
        ("oracle", Status::Selected),
    ];
    compare(&mut document, lens(), &reviewed(&said, true)).unwrap();
    assert_eq!(document.review.unwrap().unknown, ["manage-service-limits/oracle"]);
}

fn selected(review: &Review) -> Vec<(&str, &str)> {
    let all = review.questions.iter();
    all.flat_map(|answer| answer.selected().map(|choice| (answer.question.as_str(), choice))).collect()
}

#[test]
fn an_empty_snapshot_is_a_review_of_nothing() {
    for lens in Lens::shipped() {
        let document = answer(&evidence(&[]), lens, &[], &[], &Scope::default(), Custody::default());
        let review = suggested(&document, lens);
        assert_eq!(selected(&review), []);
        assert_eq!((review.missing.len(), review.questions.len()), (0, lens.questions().count()));
        for answer in &review.questions {
            assert_eq!(answer.risk, Some(Risk::Unanswered), "{}", answer.number);
            assert!(answer.applicable && answer.notes.is_empty() && answer.improvement_plan.is_empty());
            assert!(answer.choices.iter().all(|said| said.status == Status::Unselected), "{}", answer.number);
        }
    }
}

#[test]
fn what_is_met_is_selected_and_what_is_refuted_is_to_improve() {
    let rules = [
        rule("alarmed", &[(LIMITS, MONITOR, Weight::Proves, Weight::Refutes)]),
        rule("aware", &[(LIMITS, AWARE, Weight::Proves, Weight::Refutes)]),
    ];
    let outcomes = [outcome("alarmed", Verdict::Pass, &["c-1"]), outcome("aware", Verdict::Fail, &["c-1"])];
    let document = ask(&evidence(&["c-1"]), &rules, &outcomes);
    let review = suggested(&document, lens());
    assert_eq!(selected(&review), [(LIMITS, MONITOR)]);
    let limits = review.questions.iter().find(|answer| answer.question == LIMITS).unwrap();
    assert_eq!(limits.risk, Some(question(&document, LIMITS).predicted_risk));
    assert_eq!(limits.notes, question(&document, LIMITS).note);
    assert_eq!(limits.improvement_plan, [choice(&document, LIMITS, AWARE).title.clone()]);
    assert_eq!(limits.choices.len(), lens().question(LIMITS).unwrap().choices.len() + 1);
    assert!(review.lens_notes.starts_with(&document.scope.sentence), "{}", review.lens_notes);

    // Evidence against a practice answers no question by itself.
    let refuted = ask(&evidence(&["c-1"]), &rules[1..], &outcomes[1..]);
    let review = suggested(&refuted, lens());
    let limits = review.questions.iter().find(|answer| answer.question == LIMITS).unwrap();
    assert_eq!((limits.risk, limits.improvement_plan.len()), (Some(Risk::Unanswered), 1));
}

#[test]
fn a_note_that_is_too_long_is_cut_as_the_tool_would() {
    let mut document = ask(&evidence(&[]), &[], &[]);
    document.questions[0].note = "Nothing is known. ".repeat(300);
    let review = suggested(&document, lens());
    assert!(length(&review.questions[0].notes) <= QUESTION_NOTE);
    assert!(review.questions[0].notes.ends_with('…'));
}

proptest! {
    #[test]
    fn only_what_is_met_is_selected(rules in any_rules(), outcomes in any_outcomes()) {
        let document = ask(&evidence(&["c-1", "c-2"]), &rules, &outcomes);
        let review = suggested(&document, lens());
        let met = document.questions.iter().flat_map(|question| {
            let met = question.choices.iter().filter(|choice| choice.verdict == Suggestion::Met);
            met.map(|choice| (question.id.as_str(), choice.id.as_str()))
        });
        prop_assert_eq!(selected(&review), met.collect::<Vec<_>>());
    }
}
