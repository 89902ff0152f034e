//! A scan goes past what it may not read, says what, why and which IAM actions would mend it, and asks for no more than its policy allows.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};
use support::{Ran, Standin, Wellproof, answers, list, scan, text};
use tempfile::TempDir;

/// The actions of the policy that `wellproof policy OPTIONS` prints.
fn policy(options: &[&str]) -> BTreeSet<String> {
    let policy = Wellproof::new([&["policy"], options].concat()).run().expect(0).json();
    assert_eq!(policy["Version"], "2012-10-17");
    let statement = &list(&policy["Statement"])[0];
    assert_eq!((&statement["Effect"], &statement["Resource"]), (&json!("Allow"), &json!("*")));
    list(&statement["Action"]).iter().map(text).collect()
}

/// Everything about the resources of a snapshot that does not depend on the time and the ways they were read.
fn resources(snapshot: &Path) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for unit in std::fs::read_dir(snapshot.join("units")).unwrap() {
        let records = std::fs::read_to_string(unit.unwrap().path().join("resources.ndjson")).unwrap();
        for line in records.lines() {
            let mut resource: Value = serde_json::from_str(line).unwrap();
            // A resource that was read in small pages cites other calls.
            resource.as_object_mut().unwrap().retain(|key, _| !matches!(key.as_str(), "calls" | "seen_at"));
            strip_calls(&mut resource);
            let key = ["type", "account", "region", "id"].map(|key| resource[key].to_string()).join(" ");
            assert!(all.insert(key.clone(), resource).is_none(), "{key} is there twice");
        }
    }
    all
}

/// Facts that took a call of their own name it.
fn strip_calls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|key, _| key != "calls" && key != "call");
            members.values_mut().for_each(strip_calls);
        }
        Value::Array(items) => items.iter_mut().for_each(strip_calls),
        _ => {}
    }
}

/// What was asked for and not read; what a narrow scan never asks is not of interest here.
fn gaps_of(snapshot: &Path) -> Vec<Value> {
    let answers = answers(snapshot);
    list(&answers["gaps"]).iter().filter(|gap| gap["kind"] != "not_asked").cloned().collect()
}

fn gap<'a>(gaps: &'a [Value], unit: &str, what: &str) -> &'a Value {
    let found = gaps.iter().find(|gap| gap["unit"] == unit && text(&gap["what"]).starts_with(what));
    found.unwrap_or_else(|| panic!("no gap for {what} in {unit}: {gaps:#?}"))
}

#[test]
fn denials_are_listed_with_what_would_mend_them() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("snapshot");
    let deny = "guardduty:ListDetectors@eu-west-1,config:DescribeConfigurationRecorders=scp,autoscaling:*=boundary";
    let standin = Standin::start(["--deny", deny]);
    let Ran { stderr, .. } = scan(&out, &["guardduty", "config", "autoscaling"]).at(&standin).run().expect(3).says(&[
        "not read",
        "AWS::GuardDuty::Detector in guardduty/111122223333/eu-west-1",
        "by a service control policy",
        "these IAM actions would mend what was denied",
        "guardduty:ListDetectors",
        "config:DescribeConfigurationRecorders",
        "autoscaling:DescribeAutoScalingGroups",
    ]);
    assert!(!stderr.contains("guardduty:GetFindings"), "nothing denied it: {stderr}");

    let gaps = gaps_of(&out);
    for (unit, what, by, action) in [
        (
            "guardduty/111122223333/eu-west-1",
            "AWS::GuardDuty::Detector",
            "missing_permission",
            "guardduty:ListDetectors",
        ),
        (
            "config/111122223333/us-east-1",
            "AWS::Config::ConfigurationRecorder",
            "service_control_policy",
            "config:DescribeConfigurationRecorders",
        ),
        (
            "autoscaling/111122223333/us-east-1",
            "AWS::AutoScaling::AutoScalingGroup",
            "permissions_boundary",
            "autoscaling:DescribeAutoScalingGroups",
        ),
    ] {
        let gap = gap(&gaps, unit, what);
        assert_eq!((text(&gap["kind"]), text(&gap["denied_by"])), ("denied".to_owned(), by.to_owned()), "{gap}");
        assert!(list(&gap["actions"]).contains(&json!(action)), "{gap}");
        assert!(text(&gap["message"]).contains("not authorized"), "{gap}");
    }
    let actions: BTreeSet<String> = gaps.iter().flat_map(|gap| list(&gap["actions"])).map(text).collect();
    let allowed = policy(&[]);
    assert!(actions.is_subset(&allowed), "{:?} is not in the policy", actions.difference(&allowed));

    // A denied region is neither a region without GuardDuty nor one with it.
    let judged = &answers(&out)["rules"]["guardduty-enabled-in-every-region"];
    assert!(judged["unknown"].as_u64().unwrap() >= 1, "{judged}");
    assert!(!list(&judged["gaps"]).is_empty(), "{judged}");
}

/// Throttling that ends is bad weather; throttling that does not is a gap of its own kind.
#[test]
fn throttling_is_waited_out_and_then_told() {
    let folder = TempDir::new().unwrap();
    let passing = folder.path().join("passing");
    let standin = Standin::start(["--throttle", "guardduty:ListDetectors#2,config:DescribeConfigRules#1"]);
    scan(&passing, &["guardduty", "config"]).at(&standin).run().expect(0);
    let throttled =
        |standin: &Standin| standin.calls().iter().filter(|call| call["error"] == "ThrottlingException").count();
    assert_eq!(throttled(&standin), 3);
    assert_eq!(gaps_of(&passing), [Value::Null; 0]);
    drop(standin);

    let standin = Standin::start(["--throttle", "guardduty:ListDetectors@us-west-2"]);
    let lasting = folder.path().join("lasting");
    scan(&lasting, &["guardduty"]).at(&standin).run().expect(3).says(&["throttled"]);
    let gaps = gaps_of(&lasting);
    let gap = gap(&gaps, "guardduty/111122223333/us-west-2", "AWS::GuardDuty::Detector");
    assert_eq!((&gap["kind"], &gap["denied_by"], &gap["actions"]), (&json!("throttled"), &Value::Null, &json!([])));
    assert!(throttled(&standin) > 1, "it was asked once only");
}

/// The policy is made of what collectors declare; that they ask nothing else, botocore's names for what arrived show.
#[test]
fn the_policy_allows_what_a_scan_asks_and_what_is_declared() {
    let declared: BTreeSet<String> = wellproof_collect::operations(wellproof_collect::select(&[]).unwrap())
        .iter()
        .flat_map(|operation| operation.actions())
        .map(str::to_owned)
        .collect();
    let allowed = policy(&[]);
    assert_eq!(allowed, declared);
    // The report is one that AWS writes on the account's users; both count as read access in AWS's own reference.
    let reads = ["Get", "List", "Describe", "Lookup", "GenerateCredentialReport", "ViewBudget"];
    for action in &allowed {
        let (_, name) = action.split_once(':').unwrap();
        assert!(reads.iter().any(|verb| name.starts_with(verb)), "{action} may do more than read");
    }

    let folder = TempDir::new().unwrap();
    let standin = Standin::start(["--account", "sound"]);
    scan(&folder.path().join("snapshot"), &[]).at(&standin).run().expect(0);
    let asked: BTreeSet<String> = standin.calls().iter().map(|call| text(&call["action"])).collect();
    assert!(asked.len() > 50, "a whole scan asks more than {asked:?}");
    assert!(asked.is_subset(&allowed), "{:?} is not in the policy", asked.difference(&allowed).collect::<Vec<_>>());

    let narrow = policy(&["--collectors", "guardduty"]);
    assert!(narrow.is_subset(&allowed) && narrow.len() < allowed.len());
    let services: BTreeSet<&str> = narrow.iter().filter_map(|action| action.split(':').next()).collect();
    assert_eq!(services, BTreeSet::from(["account", "ec2", "guardduty", "sts"]));
}

#[test]
fn pages_of_one_give_the_same_resources() {
    let folder = TempDir::new().unwrap();
    // CloudTrail is left out: its lookups are paced, and its budget counts pages.
    let collectors =
        ["autoscaling", "cloudformation", "cloudwatch", "config", "ec2", "guardduty", "quotas"].map(str::to_owned);
    let now = jiff::Timestamp::now().to_string();
    let read = |page_size: &str| {
        let out = folder.path().join(page_size);
        let standin = Standin::start(["--page-size", page_size, "--now", &now]);
        let named: Vec<&str> = collectors.iter().map(String::as_str).collect();
        let arguments = ["scan", "--plain", "--collectors", &named.join(","), "--out"].map(str::to_owned);
        let mut arguments: Vec<_> = arguments.into_iter().map(std::ffi::OsString::from).collect();
        arguments.push(out.clone().into());
        Wellproof::new(arguments).at(&standin).run().expect(0);
        (resources(&out), standin.calls().len())
    };
    let (whole, few) = read("100");
    let (single, many) = read("1");
    assert!(whole.len() > 100 && many > few + 50, "{} resources by {few} and by {many} calls", whole.len());
    assert_eq!(whole.keys().collect::<Vec<_>>(), single.keys().collect::<Vec<_>>());
    for (key, resource) in &whole {
        assert_eq!(resource, &single[key], "{key}");
    }
}

/// A service that cannot be reached leaves gaps, and a replay of the recorded silence gives the same ones.
#[test]
fn silence_is_recorded() {
    let folder = TempDir::new().unwrap();
    let standin = Standin::start([""; 0]);
    let out = folder.path().join("snapshot");
    // Nothing listens on this port.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let scan = scan(&out, &["guardduty"]).at(&standin).env("AWS_ENDPOINT_URL_GUARDDUTY", format!("http://{closed}"));
    scan.run().expect(3).says(&["no answer came"]);
    Wellproof::new(["verify", out.to_str().unwrap(), "--rederive"]).run().expect(0);
    let gaps = gaps_of(&out);
    let silent = gap(&gaps, "guardduty/111122223333/us-east-1", "AWS::GuardDuty::Detector");
    assert_eq!(text(&silent["kind"]), "failed", "{silent}");
}
