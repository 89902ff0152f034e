//! The render farm of the review of 2020: what its reviewers wrote down comes out of the scan by itself, with the calls that
//! prove it, and goes away in the twin in which the fact is otherwise.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use support::{Standin, answer, list, scan, text, workspace};
use tempfile::TempDir;

/// How many twins are scanned at once.
const AT_ONCE: usize = 6;

/// One thing that the scan must say.
struct Row {
    /// The question of 2020 whose note says it.
    question: &'static str,
    /// The rule that says it.
    rule: &'static str,
    /// Parts of what it says.
    says: &'static [&'static str],
    /// The fact that is otherwise in the twin.
    twin: &'static str,
    /// The collectors by which the rule is judged.
    collectors: &'static [&'static str],
}

const EC2: &[&str] = &["autoscaling", "cloudformation", "cloudtrail", "ec2"];

const ROWS: &[Row] = &[
    Row {
        question: "REL 1",
        rule: "raised-quotas-are-monitored",
        says: &[
            "quotas not monitored: 3 of 3 that were raised",
            "Running On-Demand G and VT instances",
            "raised from",
            "closest to its limit: Running On-Demand G and VT instances at 94 % in us-west-2",
        ],
        twin: "render.quotas=watched",
        collectors: &["quotas", "cloudwatch"],
    },
    Row {
        question: "REL 1",
        rule: "quotas-are-monitored-at-all",
        says: &["quotas not monitored: none of the 7 quotas in use"],
        twin: "render.quotas=watched",
        collectors: &["quotas", "cloudwatch"],
    },
    Row {
        question: "SEC 5",
        rule: "instances-come-from-cloudformation",
        says: &[
            "4 of 9 instances were not started by CloudFormation: i-",
            "started by terraform",
            "CloudTrail names arn:aws:iam::111122223333:",
            " at 20",
        ],
        twin: "render.launched-by=cloudformation",
        collectors: EC2,
    },
    Row {
        question: "SEC 1",
        rule: "guardduty-enabled-in-every-region",
        says: &["GuardDuty is off in 3 of 3 enabled regions: eu-west-1, us-east-1, us-west-2."],
        twin: "render.guardduty=on",
        collectors: &["guardduty"],
    },
    Row {
        question: "SEC 1",
        rule: "root-use-is-heard-of",
        says: &["nobody hears when the root user signs in"],
        twin: "render.root-watch=event-rule",
        collectors: &["cloudtrail", "cloudwatch", "events", "logs", "sns"],
    },
    Row {
        question: "SEC 1",
        rule: "config-checks-the-root-user",
        says: &["no AWS Config rule on the root user's keys or second factor"],
        twin: "render.config-root=present",
        collectors: &["config"],
    },
    Row {
        question: "SEC 4",
        rule: "trails-deliver-to-cloudwatch-logs",
        says: &["1 of 1 trails does not deliver to CloudWatch Logs but to a bucket only: render to render-trail"],
        twin: "render.trail=log-group",
        collectors: &["cloudtrail"],
    },
    Row {
        question: "SEC 4",
        rule: "security-findings-start-something",
        says: &["nobody is told of security findings by EventBridge"],
        twin: "render.told=findings",
        collectors: &["events"],
    },
    Row {
        question: "SEC 11",
        rule: "account-belongs-to-an-organization",
        says: &["1 of 1 account belongs to no organization"],
        twin: "quotas.template=none",
        collectors: &["organizations"],
    },
    Row {
        question: "SEC 11",
        rule: "services-are-administered-from-a-security-account",
        says: &["no account is the delegated administrator of a security service"],
        twin: "quotas.template=none",
        collectors: &["organizations", "quotas-template"],
    },
    Row {
        question: "SEC 11",
        rule: "organization-trail-records",
        says: &["no trail of an organization covers 1 of 1 account"],
        twin: "quotas.template=none",
        collectors: &["cloudtrail"],
    },
    Row {
        question: "SEC 11",
        rule: "another-account-may-enter",
        says: &["may be assumed from another account, so that no security account has a way in"],
        twin: "render.security-access=role",
        collectors: &["iam"],
    },
    Row {
        question: "REL 5",
        rule: "configuration-changes-recorded",
        says: &["AWS Config does not record and deliver without error resources of all types", "us-west-2"],
        twin: "render.config=on",
        collectors: &["autoscaling", "cloudformation", "config", "ec2"],
    },
    Row {
        question: "OPS 4",
        rule: "launches-are-made-by-code",
        says: &[
            "instances were started from the console or with the AWS CLI in",
            "CloudFormation started",
            "Terraform",
            "user/marc",
            "user/nina",
        ],
        twin: "render.launched-by=cloudformation",
        collectors: EC2,
    },
    Row {
        question: "REL 7",
        rule: "groups-span-two-zones",
        says: &["1 of 1 scaling groups in service launches in one zone only; the largest is render-burst"],
        twin: "render.zones=two",
        collectors: &["autoscaling", "cloudformation", "cloudwatch", "ec2"],
    },
    Row {
        question: "REL 7",
        rule: "groups-replace-unhealthy-instances",
        says: &["1 of 1 scaling groups behind a load balancer keeps instances that fail its health check"],
        twin: "render.health-check=ELB",
        collectors: &["autoscaling", "cloudformation", "cloudwatch", "ec2"],
    },
    Row {
        question: "REL 4",
        rule: "alarms-have-an-enabled-action",
        says: &["2 of 2 alerting alarms have no enabled action", "frames-failing, queue-stalled"],
        twin: "render.alarms=sns",
        collectors: &["autoscaling", "cloudformation", "cloudwatch", "ec2"],
    },
    Row {
        question: "PERF 5",
        rule: "no-subnet-in-use-on-an-open-default-acl",
        says: &["1 of 1 subnets in use stands on a default network ACL that lets everything through, in us-west-2"],
        twin: "render.acls=own",
        collectors: &["ec2"],
    },
    Row {
        question: "COST 1",
        rule: "a-budget-tells-somebody",
        says: &["no cost budget of more than a dollar is in force here"],
        twin: "render.budget=told",
        collectors: &["budgets", "organizations", "quotas-template"],
    },
    Row {
        question: "COST 2",
        rule: "cost-anomalies-are-told",
        says: &["no cost anomaly monitor exists here"],
        twin: "render.anomalies=told",
        collectors: &["ce", "organizations", "quotas-template"],
    },
    Row {
        question: "COST 2",
        rule: "cost-is-told-apart-by-tags",
        says: &["none of the 3 tag keys of the organization's own that billing knows is active"],
        twin: "render.cost-tags=active",
        collectors: &["ce", "organizations", "quotas-template"],
    },
];

/// The recording, replayed into a snapshot in `folder`.
fn recording(folder: &Path) -> PathBuf {
    let out = folder.join("render");
    let recording = workspace().join("fixtures/render-2020");
    let ran = scan(&out, &[]).arg("--replay").arg(&recording).run();
    assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
    out
}

fn answers(snapshot: &Path, options: &[&str]) -> Value {
    let ran = answer(snapshot, options).run();
    assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
    ran.json()
}

/// The question of this number.
fn question<'d>(document: &'d Value, number: &str) -> &'d Value {
    list(&document["questions"]).iter().find(|question| question["number"] == number).unwrap()
}

/// The choices of a question on which a rule bears.
fn choices<'q>(question: &'q Value, rule: &str) -> Vec<&'q Value> {
    let has_rule = |choice: &&Value| list(&choice["rules"]).iter().any(|line| line["id"] == rule);
    list(&question["choices"]).iter().filter(has_rule).collect()
}

#[test]
fn what_the_reviewers_wrote_down_comes_out_of_the_scan() {
    let folder = TempDir::new().unwrap();
    let document = answers(&recording(folder.path()), &["--lens", "wellarchitected-2020"]);
    let calls = document["calls"].as_object().unwrap();
    for row in ROWS {
        let question = question(&document, row.question);
        let note = text(&document["rules"][row.rule]["note"]);
        // Where the fact is that nothing is there, nothing is there to fail.
        let verdict = text(&document["rules"][row.rule]["verdict"]);
        assert!(["fail", "not_applicable"].contains(&verdict.as_str()), "{} is {verdict}: {note}", row.rule);
        for part in row.says {
            assert!(note.contains(part), "{}: {part:?} is not in {note:?}", row.rule);
        }
        assert!(text(&question["note"]).contains(&note[..note.len().min(60)]), "{}: {note}", row.question);
        let on = choices(question, row.rule);
        assert!(!on.is_empty(), "{} bears on nothing in {}", row.rule, row.question);
        for choice in on {
            let line = list(&choice["rules"]).iter().find(|line| line["id"] == row.rule).unwrap();
            let shown = list(&line["resources"]);
            assert!(verdict != "fail" || !shown.is_empty(), "{} shows nothing", row.rule);
            let proofs: Vec<String> = shown.iter().flat_map(|resource| list(&resource["calls"])).map(text).collect();
            assert!(proofs.iter().all(|call| calls.contains_key(call)), "{}: {proofs:?}", row.rule);
            assert!(!list(&choice["citations"]).is_empty(), "{}: {}", row.rule, choice["id"]);
        }
    }
}

/// What a scan of a twin says of a row.
fn twin(row: &Row) -> Value {
    let folder = TempDir::new().unwrap();
    let snapshot = folder.path().join("snapshot");
    let standin = Standin::start(["--account", "render", "--set", row.twin]);
    let ran = scan(&snapshot, row.collectors).at(&standin).run();
    assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
    answers(&snapshot, &["--lens", "wellarchitected-2020"])
}

#[test]
fn in_each_twin_the_note_goes_away() {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(row) = ROWS.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let document = twin(row);
                    let line = &document["rules"][row.rule];
                    let note = text(&question(&document, row.question)["note"]);
                    if line["verdict"] != "pass" || row.says.iter().all(|part| note.contains(part)) {
                        wrong.lock().unwrap().push(format!("{} with {}: {line}", row.rule, row.twin));
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_account_contradicts_what_people_relied_on() {
    let folder = TempDir::new().unwrap();
    let review = workspace().join("fixtures/review-2020/report.txt");
    let snapshot = recording(folder.path());
    let document = answers(&snapshot, &["--review", review.to_str().unwrap()]);
    let review = &document["review"];
    let contradicted: Vec<String> = list(&review["contradicted"]).iter().map(|it| text(&it["choice"])).collect();
    for choice in ["secure-aws-root-user", "monitor-and-manage-limits", "rotate-credentials-regularly"] {
        assert!(contradicted.iter().any(|it| it == choice), "{choice} is not in {contradicted:?}");
    }
    assert_eq!(contradicted[0], "secure-aws-root-user", "the highest level comes first");
    let called_off: Vec<String> = list(&review["called_off"]).iter().map(|it| text(&it["number"])).collect();
    for number in ["REL 6", "SEC 8", "SEC 9"] {
        assert!(called_off.iter().any(|it| it == number), "{number} is not in {called_off:?}");
    }
    for found in list(&review["contradicted"]) {
        assert!(!list(&found["citations"]).is_empty(), "{found}");
    }
}

#[test]
fn a_flaw_that_people_admitted_is_confirmed_and_one_they_did_not_is_contradicted() {
    let folder = TempDir::new().unwrap();
    let report = std::fs::read_to_string(workspace().join("fixtures/review-2020/report.txt")).unwrap();
    let snapshot = recording(folder.path());
    let stand = |report: &str| {
        let path = folder.path().join("report.txt");
        std::fs::write(&path, report).unwrap();
        let document = answers(&snapshot, &["--review", path.to_str().unwrap()]);
        let choices = list(&question(&document, "REL 1")["choices"]).to_vec();
        let flaw = choices.into_iter().find(|choice| choice["id"] == "aware-of-limits-but-not-tracking-them").unwrap();
        text(&flaw["people"]["stand"])
    };
    assert_eq!(stand(&report), "confirmed");
    let flaw = report.lines().find(|line| line.contains("Aware of limits but not tracking")).unwrap();
    let denied = report.replacen(&format!("{flaw}\n"), "", 1);
    let denied = denied.replacen(
        "Use automated monitoring and management of limits",
        "Use automated monitoring and management of limits\n- Aware of limits but not tracking them",
        1,
    );
    assert_eq!(stand(&denied), "contradicted");
}
