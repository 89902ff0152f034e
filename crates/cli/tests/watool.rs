//! Pull, plan and push against the stand-in of the Well-Architected Tool, with boto3 as a second pair of eyes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod replay;
mod support;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Standin, Wellproof, list, python, text, workspace};

const REGION: &str = "us-west-2";
const FRAMEWORK: &str = "wellarchitected";
const QUESTION_NOTE: usize = 2084;

/// One account's Tool with the render farm's workload, a folder, and the demo's snapshot.
struct World {
    standin: Standin,
    folder: tempfile::TempDir,
}

impl World {
    fn new(options: &[&str]) -> Self {
        let has_workload = options.contains(&"--workload");
        let workload: &[&str] = if has_workload { &[] } else { &["--workload", "render"] };
        // What the account holds does not matter: the evidence is the demo's.
        let standin = Standin::start([&["--account", "empty"], workload, options].concat());
        Self { standin, folder: tempfile::tempdir().unwrap() }
    }

    fn command(&self, arguments: &[&str]) -> Wellproof {
        Wellproof::new(arguments).at(&self.standin).env("AWS_REGION", REGION).within(self.folder.path())
    }

    fn run(&self, arguments: &[&str]) -> support::Ran {
        self.command(arguments).run()
    }

    /// Starts a push, and kills it as soon as the Tool has been asked so many things.
    fn push_killed_at(&self, requests: usize) {
        let (mut child, _home) = self.command(&["review", "push", "plan.json", "--apply"]).spawn();
        let patience = Instant::now();
        while self.standin.calls().len() < requests {
            assert!(patience.elapsed() < Duration::from_mins(1), "{requests} requests never came");
            assert!(child.try_wait().unwrap().is_none(), "it ended before it could be killed");
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// `review plan` of the demo, into `plan.json`.
    fn plan(&self, options: &[&str]) -> Value {
        let demo = replay::demo().to_str().unwrap().to_owned();
        let ran = self.run(&[&["review", "plan", &demo, "--out", "plan.json"], options].concat());
        assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
        self.read("plan.json")
    }

    fn push(&self, options: &[&str]) -> support::Ran {
        let arguments = ["review", "push", "plan.json", "--apply", "--format", "json"];
        self.run(&[&arguments[..], options].concat())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.path(name)).unwrap()).unwrap()
    }

    fn write(&self, name: &str, value: &Value) {
        fs::write(self.path(name), value.to_string()).unwrap();
    }

    /// boto3's reply.
    fn boto(&self, operation: &str, parameters: &Value) -> Value {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/tool.py");
        let url = self.standin.url();
        let parameters = parameters.to_string();
        let output = Command::new(python())
            .args([script.as_os_str(), OsStr::new(&url), OsStr::new(REGION)])
            .args([operation, &parameters])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Every workload's answers and milestones, as boto3 sees them.
    fn look(&self) -> Value {
        self.boto("look", &json!({}))
    }

    fn workload_id(&self) -> String {
        text(&self.boto("list_workloads", &json!({}))["WorkloadSummaries"][0]["WorkloadId"])
    }

    /// How often an operation was asked for.
    fn count(&self, operation: &str) -> usize {
        self.standin.calls().iter().filter(|call| call["operation"] == operation).count()
    }
}

/// The answers of a lens, by question.
fn answers<'a>(look: &'a Value, workload: &str, lens: &str) -> &'a serde_json::Map<String, Value> {
    look[workload]["lenses"][lens].as_object().unwrap()
}

fn outcomes(pushed: &Value) -> BTreeMap<String, String> {
    list(&pushed["answers"]).iter().map(|it| (text(&it["question"]), text(&it["outcome"]))).collect()
}

/// Leaves a plan with the questions that are named.
fn only(plan: &Value, questions: &[&str]) -> Value {
    let mut plan = plan.clone();
    let kept: Vec<Value> = questions
        .iter()
        .map(|id| list(&plan["questions"]).iter().find(|it| it["question"] == *id).unwrap().clone())
        .collect();
    assert!(kept.iter().all(|it| !it["write"].is_null()), "something is written to each");
    plan["questions"] = json!(kept);
    plan
}

/// What people said is there to the letter; what nobody had said may have come beside it.
fn assert_people_kept(before: &Value, after: &Value, workload: &str) {
    for (lens, questions) in before[workload]["lenses"].as_object().unwrap() {
        for (question, was) in questions.as_object().unwrap() {
            let is = &answers(after, workload, lens)[question];
            assert_eq!((&is["applicable"], &is["reason"]), (&was["applicable"], &was["reason"]), "{question}");
            assert!(text(&is["notes"]).starts_with(&text(&was["notes"])), "{question}: {is}");
            assert!(text(&is["notes"]).chars().count() <= QUESTION_NOTE, "{question}");
            for (choice, said) in was["choices"].as_object().unwrap() {
                let now = &is["choices"][choice];
                if said["status"] != "UNSELECTED" || said["notes"] != "" {
                    assert_eq!(now, said, "{question}/{choice}");
                }
            }
        }
    }
}

#[test]
fn a_persons_selection_and_note_survive_and_two_pushes_equal_one_whichever_way_aws_reads_what_is_left_out() {
    let mut ends = Vec::new();
    for omitted in ["keep", "clear"] {
        let world = World::new(&["--omitted-choices", omitted]);
        let before = world.look();
        let plan = world.plan(&["--workload", "Render"]);
        assert!(list(&plan["questions"]).iter().any(|it| !list_or_empty(&it["disagreements"]).is_empty()));
        let pushed = world.push(&[]).expect(0).json();
        assert!(outcomes(&pushed).values().all(|it| it == "written"), "{pushed}");
        let once = world.look();
        assert_people_kept(&before, &once, "Render");
        assert_ne!(before, once);
        let writes = world.count("UpdateAnswer");
        let again = world.push(&[]).expect(0).json();
        assert!(outcomes(&again).values().all(|it| it == "already_there"), "{again}");
        let replanned = world.plan(&["--workload", "Render"]);
        assert!(list(&replanned["questions"]).iter().all(|it| it["write"].is_null()), "nothing is left to say");
        world.push(&[]).expect(0);
        assert_eq!(world.look(), once);
        assert_eq!(world.count("UpdateAnswer"), writes);
        assert_eq!(list(&once["Render"]["milestones"]).len(), 1);
        // Every choice of a question is named with its status.
        for call in world.standin.calls().iter().filter(|call| call["operation"] == "UpdateAnswer") {
            let question = text(&call["params"]["QuestionId"]);
            let named: Vec<&String> = call["params"]["ChoiceUpdates"].as_object().unwrap().keys().collect();
            let all: Vec<&String> =
                answers(&once, "Render", FRAMEWORK)[&question]["choices"].as_object().unwrap().keys().collect();
            assert_eq!(named.len(), all.len(), "{question}");
            assert!(call["params"].get("SelectedChoices").is_none());
        }
        ends.push(once);
    }
    assert_eq!(ends[0], ends[1], "both readings come out the same");
}

fn list_or_empty(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_default()
}

#[test]
fn a_push_that_is_killed_at_any_request_is_ended_by_the_next() {
    let whole = World::new(&[]);
    let plan = only(&whole.plan(&["--workload", "Render"]), &["dev-integ", "identities"]);
    let before = whole.standin.calls().len();
    whole.write("plan.json", &plan);
    whole.push(&[]).expect(0);
    let calls: Vec<Value> = whole.standin.calls().split_off(before);
    let ended = whole.look();
    // The same plan goes for every stand-in: they are alike but for the port.
    let one = |nth: usize, when: &str| {
        // The Tool holds its reply back, before the change is made or after, until the process is dead.
        let cut = format!("wellarchitected:*#{nth}=hang-{when}");
        let world = World::new(&["--cut", &cut]);
        world.write("plan.json", &plan);
        world.push_killed_at(nth);
        world.push(&[]).expect(0);
        assert_eq!(world.look(), ended, "{cut}");
        let writes =
            world.standin.calls().iter().filter(|it| it["operation"] == "UpdateAnswer" && it["status"] == 200).count();
        assert_eq!(writes, 2, "{cut}: no answer is written twice");
        let journal = fs::read_to_string(world.path("plan.journal.ndjson")).unwrap();
        assert!(journal.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{journal}");
    };
    assert_eq!(calls.iter().filter(|call| call["operation"] == "UpdateAnswer").count(), 2);
    assert_eq!(calls.iter().filter(|call| call["operation"] == "CreateMilestone").count(), 1);
    let boundaries: Vec<(usize, &str)> = (1..=calls.len()).flat_map(|nth| [(nth, "before"), (nth, "after")]).collect();
    assert!(boundaries.len() > 18);
    std::thread::scope(|scope| {
        for half in boundaries.chunks(boundaries.len().div_ceil(2)) {
            scope.spawn(|| half.iter().for_each(|(nth, when)| one(*nth, when)));
        }
    });
}

#[test]
fn credentials_that_expire_end_the_push_and_new_ones_go_on() {
    let world = World::new(&["--expire-after", "80"]);
    let plan = world.plan(&["--workload", "Render"]);
    let ran = world.push(&[]).expect(2).says(&["does not accept these credentials", "sign in again"]);
    let told = outcomes(&ran.json());
    let count = |outcome: &str| told.values().filter(|it| *it == outcome).count();
    assert!(count("written") > 0 && count("not_reached") > 0 && count("failed") == 0, "{told:?}");
    let fresh = World::new(&[]);
    fresh.write("plan.json", &plan);
    fresh.push(&[]).expect(0);
}

#[test]
fn a_push_that_cannot_go_on_tells_what_it_has_written_and_the_next_goes_on() {
    let world = World::new(&["--cut", "wellarchitected:UpdateAnswer#3=after"]);
    let plan = world.plan(&["--workload", "Render"]);
    let ran = world.push(&["--attempts", "1"]).expect(2).says(&["gave no reply to UpdateAnswer", "run the same"]);
    let mut told = outcomes(&ran.json()).into_values().collect::<Vec<_>>();
    let planned = list(&plan["questions"]).iter().filter(|it| !it["write"].is_null()).count();
    assert_eq!(told.len(), planned);
    told.retain(|it| it == "written");
    assert_eq!(told.len(), 2);
    let ended = world.push(&[]).expect(0).json();
    assert_eq!(outcomes(&ended).values().filter(|it| *it == "already_there").count(), 3);
    assert_eq!(world.count("UpdateAnswer"), planned);
}

#[test]
fn a_thousand_answers_get_through_throttling() {
    // Every other answer is refused as too fast.
    let throttle = "wellarchitected:UpdateAnswer%2";
    let world = World::new(&["--workload", "none", "--throttle", throttle]);
    let made = |number: usize| {
        let workload = json!({
            "WorkloadName": format!("Shop {number}"), "Description": "One of many", "Environment": "PRODUCTION",
            "AwsRegions": [REGION], "ReviewOwner": "shop@example.com", "Lenses": [FRAMEWORK],
            "ClientRequestToken": format!("shop {number}"),
        });
        world.boto("create_workload", &workload)
    };
    let first = made(1);
    let plan = world.plan(&["--workload", "Shop 1"]);
    let each = list(&plan["questions"]).iter().filter(|it| !it["write"].is_null()).count();
    let mut workloads = vec![first];
    workloads.extend((2..=1000_usize.div_ceil(each)).map(made));
    // Nobody has answered any of them, so that one plan goes for all.
    let push = |at: usize, workload: &Value| {
        let mut own = plan.clone();
        let target = &mut own["target"]["workload"];
        target["id"].clone_from(&workload["WorkloadId"]);
        target["arn"].clone_from(&workload["WorkloadArn"]);
        target["name"] = json!(format!("Shop {}", at + 1));
        let name = format!("plan-{at}.json");
        world.write(&name, &own);
        let ran = world.run(&["review", "push", &name, "--apply", "--format", "json", "--attempts", "30"]);
        let outcomes = outcomes(&ran.expect(0).json());
        assert!(outcomes.len() == each && outcomes.values().all(|it| it == "written"), "{outcomes:?}");
    };
    let all: Vec<(usize, &Value)> = workloads.iter().enumerate().collect();
    std::thread::scope(|scope| {
        for some in all.chunks(all.len().div_ceil(6)) {
            scope.spawn(|| some.iter().for_each(|(at, workload)| push(*at, workload)));
        }
    });
    let calls = world.standin.calls();
    let updates =
        |status: u64| calls.iter().filter(|it| it["operation"] == "UpdateAnswer" && it["status"] == status).count();
    assert_eq!(updates(200), each * workloads.len(), "each answer is written once");
    assert!(updates(200) >= 1000 && updates(429) >= 900, "{} and {}", updates(200), updates(429));
    let calm = World::new(&["--workload", "none"]);
    let quiet = {
        calm.plan(&["--workload", "Shop", "--create", "--review-owner", "shop@example.com"]);
        calm.push(&[]).expect(0);
        calm.look()["Shop"]["lenses"].clone()
    };
    let look = world.look();
    for (at, _) in all {
        let workload = &look[format!("Shop {}", at + 1)];
        assert_eq!(workload["lenses"], quiet, "{at}");
        assert_eq!(list(&workload["milestones"]).len(), 1, "{at}");
    }
}

#[test]
fn a_tool_that_keeps_no_notes_on_unselected_choices_is_pushed_to_once() {
    let world = World::new(&["--unselected-notes", "drop"]);
    world.plan(&["--workload", "Render"]);
    let pushed = world.push(&[]).expect(0).json();
    let bare: Vec<&Value> = list(&pushed["answers"]).iter().filter(|it| !it["notes_not_there"].is_null()).collect();
    assert!(bare.len() > 10, "{pushed}");
    let again = world.push(&[]).expect(0).json();
    assert!(outcomes(&again).values().all(|it| it == "already_there"), "{again}");
    let replanned = world.plan(&["--workload", "Render"]);
    assert!(list(&replanned["questions"]).iter().all(|it| it["write"].is_null()), "nothing is left to say");
}

#[test]
fn a_changed_answer_is_refused_a_lost_race_is_told_and_the_others_land() {
    let world = World::new(&[
        // Of push's GetAnswer, the 2nd looks again before the first write, the 3rd reads back, the 4th is about the next answer.
        "--edit-before",
        r#"GetAnswer#60:UpdateAnswer={"Notes": "written in between"}"#,
        "--edit-before",
        r#"GetAnswer#61:UpdateAnswer={"Notes": "theirs"}"#,
    ]);
    let plan = only(
        &world.plan(&["--workload", "Render"]),
        &["dev-integ", "detect-investigate-events", "tracking-change-management"],
    );
    assert_eq!(world.count("GetAnswer"), 57);
    world.write("plan.json", &plan);
    let pushed = world.push(&[]).expect(4).says(&["make a new plan"]).json();
    let outcomes = outcomes(&pushed);
    assert_eq!(outcomes["dev-integ"], "reads_otherwise");
    assert_eq!(outcomes["detect-investigate-events"], "refused");
    assert_eq!(outcomes["tracking-change-management"], "written");
    let look = world.look();
    let answers = answers(&look, "Render", FRAMEWORK);
    assert_eq!(answers["dev-integ"]["notes"], "written in between");
    assert_eq!(answers["detect-investigate-events"]["notes"], "theirs");
    assert!(text(&answers["tracking-change-management"]["notes"]).contains("[wellproof "));
}

#[test]
fn notes_at_the_limit_are_peoples() {
    let world = World::new(&[]);
    let id = world.workload_id();
    let lengths = [QUESTION_NOTE, QUESTION_NOTE - 1, QUESTION_NOTE - 100, QUESTION_NOTE - 200];
    let questions = ["dev-integ", "network-protection", "detect-investigate-events", "tracking-change-management"];
    for (question, length) in questions.iter().zip(lengths) {
        // A letter of two UTF-16 units counts once for the Tool, and may count twice.
        let notes: String = "Größe ".chars().cycle().take(length - 1).chain(['😀']).collect();
        world.boto(
            "update_answer",
            &json!({"WorkloadId": id, "LensAlias": FRAMEWORK, "QuestionId": question, "Notes": notes}),
        );
    }
    let before = world.look();
    let plan = world.plan(&["--workload", "Render"]);
    let cut = list(&plan["questions"]).iter().filter(|it| it["note_cut"] == true).count();
    assert!(cut >= 3, "{cut}");
    world.push(&[]).expect(0);
    let after = world.look();
    assert_people_kept(&before, &after, "Render");
    let notes = |question: &str| text(&answers(&after, "Render", FRAMEWORK)[question]["notes"]);
    assert_eq!(notes("dev-integ").chars().count(), QUESTION_NOTE);
    assert!(!notes("network-protection").contains("wellproof"));
    assert!(notes("tracking-change-management").contains("[wellproof "));
    // The choice is selected all the same.
    let dev = &answers(&after, "Render", FRAMEWORK)["dev-integ"]["choices"]["ops_dev_integ_build_mgmt_sys"];
    assert_eq!(dev["status"], "SELECTED");
    assert!(text(&dev["notes"]).chars().count() <= 250);
}

#[test]
fn of_three_lenses_one_is_answered_and_a_custom_one_by_its_arn() {
    let world = World::new(&["--workload", "three-lenses"]);
    let before = world.look();
    world.plan(&["--workload", "Render"]);
    world.push(&[]).expect(0);
    let after = world.look();
    assert_people_kept(&before, &after, "Render");
    let lenses: Vec<&String> = before["Render"]["lenses"].as_object().unwrap().keys().collect();
    assert_eq!(lenses.len(), 3);
    for lens in lenses.iter().filter(|lens| **lens != FRAMEWORK) {
        assert_eq!(before["Render"]["lenses"][*lens], after["Render"]["lenses"][*lens]);
    }
    // The custom lens has no file of ours: the Tool's edition is one, and rules may bear on it.
    let arn = lenses.iter().find(|lens| lens.starts_with("arn:")).unwrap().as_str();
    let pull = ["review", "pull", "--workload", "Render", "--lens", arn, "--write-lens", "lens.json"];
    let review = world.run(&pull).expect(0).json();
    assert_eq!(list(&review["questions"]).len(), 2);
    world.run(&["lens", "check", "lens.json"]).expect(0);
    fs::create_dir(world.path("rules")).unwrap();
    let rule = fs::read_to_string(workspace().join("rules/reliability/deployments-made-by-automation.yaml")).unwrap();
    let (head, tail) = (rule.split("bears_on:").next().unwrap(), rule.split("\nnotes:").nth(1).unwrap());
    let rule = format!(
        "{}bears_on:\n  - {{question: seats, choice: seats_counted, pass: proves, fail: refutes}}\nnotes:{tail}",
        head.replace("id: deployments-made-by-automation", "id: seats-are-counted")
    );
    fs::write(world.path("rules/seats-are-counted.yaml"), rule).unwrap();
    let plan = world.plan(&["--workload", "Render", "--lens", arn, "--lens-file", "lens.json", "--rules", "rules"]);
    assert_eq!(plan["lens"]["alias"], arn);
    world.push(&[]).expect(0);
    let end = world.look();
    assert_eq!(answers(&end, "Render", arn)["seats"]["choices"]["seats_counted"]["status"], "SELECTED");
    assert_people_kept(&after, &end, "Render");
    world.push(&["--lens", FRAMEWORK]).expect(2).says(&["the plan was made for the lens arn:"]);
}

#[test]
fn throttling_conflicts_and_lost_connections_lose_nothing() {
    let world = World::new(&[
        "--throttle",
        "wellarchitected:UpdateAnswer#4,wellarchitected:GetAnswer#4,wellarchitected:ListAnswers#2",
        "--conflict",
        "wellarchitected:CreateMilestone#2,wellarchitected:UpdateAnswer#2",
        "--cut",
        "wellarchitected:UpdateAnswer#9=after,wellarchitected:UpdateAnswer#11=before,wellarchitected:GetAnswer#80=after",
    ]);
    world.plan(&["--workload", "Render"]);
    let pushed = world.push(&[]).expect(0).json();
    assert!(outcomes(&pushed).len() > 40);
    assert!(outcomes(&pushed).values().all(|it| it == "written"), "{pushed}");
    let calm = World::new(&[]);
    calm.plan(&["--workload", "Render"]);
    calm.push(&[]).expect(0);
    let (look, quiet) = (world.look(), calm.look());
    assert_eq!(look["Render"]["lenses"], quiet["Render"]["lenses"]);
    assert_eq!(list(&look["Render"]["milestones"]).len(), 1);
}

#[test]
fn the_demos_plan_pushed_to_a_new_workload_and_pulled_gives_the_same_verdicts() {
    let world = World::new(&["--workload", "none", "--cut", "wellarchitected:CreateWorkload#1=after"]);
    let plan = world.plan(&["--workload", "Shop", "--create", "--review-owner", "shop@example.com"]);
    assert_eq!(plan["target"]["new_workload"]["environment"], "PRODUCTION");
    assert_eq!(plan["target"]["new_workload"]["account_ids"], json!([support::ACCOUNT]));
    world.run(&["review", "push", "plan.json"]).expect(0).says(&["nothing was written"]);
    assert_eq!(world.count("CreateWorkload"), 0);
    // The first push dies when the workload has been made; the second finds it.
    world.push(&["--attempts", "1"]).expect(2);
    world.push(&[]).expect(0);
    let workloads = world.boto("list_workloads", &json!({}));
    assert_eq!(list(&workloads["WorkloadSummaries"]).len(), 1);
    let review = world.run(&["review", "pull", "--workload", "Shop", "--output", "review.json"]).expect(0);
    drop(review);
    let review = world.read("review.json");
    let demo = replay::demo().to_str().unwrap().to_owned();
    let answers = Wellproof::new(["answer", &demo, "--format", "json"]).run().json();
    let verdicts = support::verdicts(&answers);
    let (mut met, mut not_met) = (0, 0);
    for answer in list(&review["questions"]) {
        for choice in list(&answer["choices"]) {
            let name = (text(&answer["question"]), text(&choice["choice"]));
            let marked = choice["notes"].as_str().unwrap_or_default();
            match verdicts.get(&name).map(String::as_str) {
                Some("met") => {
                    assert_eq!(choice["status"], "SELECTED", "{name:?}");
                    met += 1;
                }
                Some("not_met") => {
                    assert!(choice["status"] == "UNSELECTED" && marked.contains("[wellproof unselected "), "{name:?}");
                    not_met += 1;
                }
                _ => assert!(choice["status"] == "UNSELECTED" && marked.is_empty(), "{name:?}: {choice}"),
            }
        }
    }
    assert!(met >= 2 && not_met > 10, "{met} met, {not_met} not met");
    // What was pushed is nobody's answer, and changes no verdict.
    let json = ["answer", &demo, "--format", "json", "--review", "review.json"];
    let held = Wellproof::new(json).within(world.folder.path()).run().json();
    assert_eq!(support::verdicts(&held), verdicts);
    assert_eq!(held["review"]["agreement"], json!({"contradicted": 0, "undersold": 0, "confirmed": 0, "unproven": 0}));
    world.run(&["review", "plan", &demo, "--workload", "Shop", "--create"]).expect(2).says(&["Shop already"]);
}

#[test]
fn boto3_and_wellproof_see_the_same_and_pull_and_plan_only_read() {
    let world = World::new(&["--page-size", "7"]);
    let seen = world.look();
    let before = world.standin.calls().len();
    let review = world.run(&["review", "pull", "--workload", &world.workload_id()]).expect(0).json();
    world.plan(&["--workload", "Render"]);
    let asked: Vec<Value> = world.standin.calls().split_off(before);
    let reads = ["List", "Get"];
    assert!(asked.iter().all(|call| reads.iter().any(|read| text(&call["operation"]).starts_with(read))), "{asked:?}");
    let answers = answers(&seen, "Render", FRAMEWORK);
    assert_eq!(list(&review["questions"]).len(), answers.len());
    for answer in list(&review["questions"]) {
        let theirs = &answers[&text(&answer["question"])];
        let text = |key: &str| answer.get(key).cloned().unwrap_or(json!(""));
        assert_eq!((&answer["risk"], &answer["applicable"]), (&theirs["risk"], &theirs["applicable"]));
        assert_eq!((text("notes"), text("reason")), (theirs["notes"].clone(), theirs["reason"].clone()));
        let choices = list(&answer["choices"]);
        assert_eq!(choices.len(), theirs["choices"].as_object().unwrap().len());
        for choice in choices {
            let said = &theirs["choices"][choice["choice"].as_str().unwrap()];
            assert_eq!(choice["status"], said["status"]);
            for key in ["notes", "reason"] {
                assert_eq!(choice.get(key).cloned().unwrap_or(json!("")), said[key]);
            }
        }
    }
    let calls = list(&review["pulled"]["calls"]);
    let ids: Vec<&str> = calls.iter().filter_map(|call| call["request_id"].as_str()).collect();
    assert_eq!(ids.len(), calls.len());
    let logged: Vec<Value> = asked.iter().map(|call| call["request_id"].clone()).collect();
    assert!(ids.iter().all(|id| logged.contains(&json!(id))));
}

#[test]
fn trusted_advisors_checks_are_evidence_and_what_cannot_be_fetched_is_a_gap() {
    let world = World::new(&[]);
    let review = world.run(&["review", "pull", "--workload", "Render"]).expect(0).json();
    let checks = list(&review["pulled"]["checks"]);
    let warning = checks.iter().find(|it| it["id"] == "example-limits-vcpu").unwrap();
    assert_eq!(warning["choice"], "rel_manage_service_limits_monitor_manage_limits");
    assert_eq!((&warning["status"], &warning["flagged_resources"]), (&json!("WARNING"), &json!(2)));
    let call = list(&review["pulled"]["calls"]).iter().find(|it| it["request_id"] == warning["request_id"]).unwrap();
    assert_eq!((&call["operation"], text(&call["sha256"]).len()), (&json!("ListCheckDetails"), 64));

    let world = World::new(&["--check-failure", "PREMIUM_SUPPORT_REQUIRED"]);
    let ran = world.run(&["review", "pull", "--workload", "Render"]).expect(3).says(&["need a Business or Enterprise"]);
    let review = ran.json();
    assert_eq!(list(&review["pulled"]["gaps"]).len(), list(&review["pulled"]["checks"]).len());

    let world = World::new(&["--deny", "wellarchitected:ListCheckDetails"]);
    let ran =
        world.run(&["review", "pull", "--workload", "Render"]).expect(3).says(&["and 306 more: AccessDeniedException"]);
    assert_eq!(ran.stderr.matches("not read").count(), 1, "{}", ran.stderr);
    assert!(list(&ran.json()["pulled"]["gaps"]).iter().all(|gap| gap["reason"] == "AccessDeniedException"));
}

#[test]
fn another_edition_is_told_and_what_it_lacks_is_skipped() {
    let world = World::new(&[
        "--lens-without",
        "ops_dev_integ_build_mgmt_sys,tracking-change-management",
        "--lens-with",
        "dev-integ/ops_dev_integ_new@HIGH=A new practice",
    ]);
    let pull = ["review", "pull", "--workload", "Render", "--write-lens", "lens.json"];
    let ran = world
        .run(&pull)
        .expect(3)
        .says(&["the Tool has dev-integ/ops_dev_integ_new", "lens file has tracking-change-management"]);
    let edition = ran.json()["pulled"]["edition"].clone();
    assert_eq!(edition["only_tools"], json!(["dev-integ/ops_dev_integ_new"]));
    assert_eq!(edition["only_ours"], json!(["dev-integ/ops_dev_integ_build_mgmt_sys", "tracking-change-management"]));
    let plan = world.plan(&["--workload", "Render"]);
    assert_eq!(plan["skipped"], json!(["dev-integ/ops_dev_integ_build_mgmt_sys", "tracking-change-management"]));
    let pushed = world.push(&[]).expect(3).json();
    assert_eq!(pushed["skipped"], plan["skipped"]);
    // The Tool's edition is a lens, which the review then answers whole.
    world.run(&["lens", "check", "lens.json"]).expect(0);
    let whole = world.run(&["review", "pull", "--workload", "Render", "--lens-file", "lens.json"]).expect(0).json();
    assert_eq!(whole["lens"]["edition"], "2025-02-25");
    assert_eq!(whole["pulled"]["edition"], json!({}));
}

#[test]
fn without_apply_nothing_is_asked_and_a_plan_for_something_else_is_refused() {
    let world = World::new(&[]);
    let plan = world.plan(&["--workload", "Render"]);
    let calls = world.standin.calls().len();
    let ran = world.run(&["review", "push", "plan.json"]).expect(0).says(&["nothing was written"]);
    assert!(ran.stdout.contains("+ select") && ran.stdout.contains("! kept"), "{}", ran.stdout);
    assert_eq!(world.standin.calls().len(), calls);
    world.push(&["--workload", "Other"]).expect(2).says(&["the plan was made for workload Render"]);
    let mut other = plan.clone();
    other["lens"]["version"] = json!("2023-01-01");
    world.write("plan.json", &other);
    world.push(&[]).expect(2).says(&["version 2023-01-01", "version 2024-11-06"]);
    let mut other = plan.clone();
    let elsewhere = text(&plan["target"]["workload"]["arn"]).replace(support::ACCOUNT, "444455556666");
    other["target"]["workload"]["arn"] = json!(elsewhere);
    world.write("plan.json", &other);
    world.push(&[]).expect(2).says(&["the plan was made for", "444455556666"]);
    fs::write(world.path("plan.json"), "{\n  \"schema\": \"wellproof/plan/1\",\n  \"lens\": 3\n}").unwrap();
    world.push(&[]).expect(2).says(&["plan.json:3:"]);
    assert_eq!(world.count("UpdateAnswer") + world.count("CreateMilestone"), 0);
    world
        .run(&["review", "plan", replay::demo().to_str().unwrap(), "--workload", "Render", "--replace", "no_such"])
        .expect(2)
        .says(&["no_such"]);
}

#[test]
fn a_choice_that_is_named_is_replaced_and_the_milestone_keeps_what_was() {
    let world = World::new(&[]);
    let before = world.look();
    let named = ["--replace", "sec_identities_unique", "protect-data-rest/sec_protect_data_rest_encrypt"];
    let plan = world.plan(&[&["--workload", "Render"], &named[..]].concat());
    assert_eq!(plan["replace"], json!(named[1..]));
    let pushed = world.push(&[]).expect(0).json();
    assert_eq!(pushed["milestone"]["number"], 1);
    let after = world.look();
    let choice = |look: &Value| {
        answers(look, "Render", FRAMEWORK)["protect-data-rest"]["choices"]["sec_protect_data_rest_encrypt"].clone()
    };
    assert_eq!((&choice(&before)["status"], &choice(&after)["status"]), (&json!("SELECTED"), &json!("UNSELECTED")));
    let pull = ["review", "pull", "--workload", "Render", "--milestone", "1"];
    let kept = world.run(&pull).expect(3).says(&["a milestone keeps no checks"]).json();
    let answer = list(&kept["questions"]).iter().find(|it| it["question"] == "protect-data-rest").unwrap();
    let said = list(&answer["choices"]).iter().find(|it| it["choice"] == "sec_protect_data_rest_encrypt").unwrap();
    assert_eq!(said["status"], "SELECTED");
    assert!(!kept.to_string().contains("[wellproof "));
}

#[test]
fn a_review_template_takes_the_same_suggestions() {
    let world = World::new(&["--workload", "none"]);
    let made =
        json!({"TemplateName": "Farm", "Description": "For farms", "Lenses": [FRAMEWORK], "ClientRequestToken": "t"});
    let arn = text(&world.boto("create_review_template", &made)["TemplateArn"]);
    let question = json!({"TemplateArn": arn, "LensAlias": FRAMEWORK, "QuestionId": "dev-integ"});
    let mut theirs = question.clone();
    theirs["Notes"] = json!("Ask the team.");
    world.boto("update_review_template_answer", &theirs);
    world.plan(&["--template", "Farm"]);
    let pushed = world.push(&[]).expect(0).json();
    assert_eq!(pushed["milestone"], Value::Null);
    let answer = world.boto("get_review_template_answer", &question)["Answer"].clone();
    assert_eq!(answer["SelectedChoices"], json!(["ops_dev_integ_build_mgmt_sys"]));
    assert!(text(&answer["Notes"]).starts_with("Ask the team.\n\n[wellproof "), "{answer}");
    let writes = world.count("UpdateReviewTemplateAnswer");
    world.push(&[]).expect(0);
    assert_eq!(world.count("UpdateReviewTemplateAnswer"), writes);
    assert_eq!(world.count("CreateMilestone") + world.count("UpdateAnswer"), 0);
}

#[test]
fn policies_name_what_pull_and_push_ask() {
    let actions = |options: &[&str]| {
        let policy = Wellproof::new([&["policy", "--for"], options].concat()).run().expect(0).json();
        list(&policy["Statement"][0]["Action"]).iter().map(text).collect::<Vec<_>>()
    };
    let world = World::new(&[]);
    world.run(&["review", "pull", "--workload", "Render"]).expect(0);
    let pulled = actions(&["pull"]);
    let asked: Vec<String> = world.standin.calls().iter().map(|call| text(&call["action"])).collect();
    assert!(asked.iter().all(|action| pulled.contains(action)));
    assert!(pulled.iter().all(|action| asked.contains(action)), "{pulled:?}");
    world.plan(&["--workload", "Render"]);
    let before = world.standin.calls().len();
    world.push(&[]).expect(0);
    let mut asked: Vec<String> = world.standin.calls()[before..].iter().map(|call| text(&call["action"])).collect();
    asked.sort();
    asked.dedup();
    assert_eq!(actions(&["push"]), asked);
    let writes = |options: &[&str]| {
        let is_write = |it: &String| it.contains(":Update") || it.contains(":Create");
        actions(options).into_iter().filter(is_write).collect::<Vec<_>>()
    };
    assert_eq!(writes(&["pull", "--template"]), Vec::<String>::new());
    assert_eq!(writes(&["push"]), ["wellarchitected:CreateMilestone", "wellarchitected:UpdateAnswer"]);
    assert_eq!(writes(&["push", "--template", "--create"]).len(), 4);
}
