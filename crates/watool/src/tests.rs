//! What is decided, over all that people may have answered; and pushes that die, wait and lose races.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_wellarchitected::config::{BehaviorVersion, Credentials, Region};
use proptest::prelude::*;
use serde_json::{Value, json};
use wellproof_answers::document::Document;
use wellproof_lens::Lens;
use wellproof_review::Status;
use wellproof_review::ours::{Owner, choice_note, marked, merge, peoples};

use crate::client::{Patience, Place, Tool};
use crate::decide::decide;
use crate::edition::lens_file;
use crate::error::{PlanError, ToolError};
use crate::journal::Journal;
use crate::operations::{LISTS, READS};
use crate::plan::{Action, Plan, Target};
use crate::push::{Outcome, Pushed, Writer, write};
use crate::tool::{Answer, AnswerState, Choice, ChoiceState, LensReview, Pillar};

const CHOICES: [&str; 4] = ["one", "two", "three", "none"];
const TITLES: [&str; 4] = ["One", "Two", "Three", "None of these"];
const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn lens() -> Lens {
    let text = json!({
        "schema": "wellproof/lens/1", "id": "wellarchitected", "name": "Lens", "edition": "1",
        "pillars": [{"id": "p", "name": "Pillar", "questions": [{
            "id": "q", "number": "P 1", "title": "How?", "none_of_these": "none",
            "choices": [
                {"id": "one", "title": "One", "level": "HIGH"},
                {"id": "two", "title": "Two", "level": "MEDIUM"},
                {"id": "three", "title": "Three", "level": "LOW"},
            ],
        }]}],
    });
    Lens::from_text("lens.json", &text.to_string()).unwrap()
}

fn document(verdicts: &[(&str, &str)], note: &str) -> Document {
    let choice = |(id, verdict): &(&str, &str)| {
        json!({
            "id": id, "number": null, "title": id, "level": null, "url": null, "negative": false, "verdict": verdict,
            "reason": format!("{id} is {verdict}"), "note": "", "ask": null, "hint": null, "rules": [], "citations": [],
            "citations_left_out": 0,
        })
    };
    let coverage =
        json!({"choices": 3, "judged": 0, "met": 0, "not_met": 0, "partial": 0, "not_proven": 0, "not_applicable": 0});
    let document = json!({
        "schema": "wellproof/answers/1",
        "lens": {"id": "wellarchitected", "name": "Lens", "edition": "1"},
        "snapshot": {
            "digest": DIGEST, "verified": true, "accounts": ["111122223333"], "regions": ["us-east-1"],
            "regions_not_scanned": [], "collected_at": "2026-11-20T12:00:00Z", "caller": "arn", "gaps": 0,
            "resources": 0, "calls": 0, "tool_version": "0",
        },
        "scope": {"sentence": "all", "workload": null, "out_of_scope": 0, "exclusions": []},
        "coverage": coverage, "pillars": [], "fix_first": [], "rules": {}, "gaps": [],
        "questions": [{
            "id": "q", "number": "P 1", "title": "How?", "pillar": "p", "note": note, "notes_left_out": 0,
            "predicted_risk": "NONE", "risk_range": ["NONE", "HIGH"], "risk_basis": "",
            "choices": verdicts.iter().map(choice).collect::<Vec<Value>>(),
        }],
    });
    serde_json::from_value(document).unwrap()
}

fn review(state: AnswerState) -> LensReview {
    let choice = |id: &&str| Choice {
        id: (*id).to_owned(),
        title: TITLES[CHOICES.iter().position(|known| known == id).unwrap()].to_owned(),
        url: None,
    };
    LensReview {
        alias: "wellarchitected".to_owned(),
        arn: "arn:aws:wellarchitected::aws:lens/wellarchitected".to_owned(),
        version: "1".to_owned(),
        name: "Lens".to_owned(),
        notes: String::new(),
        pillars: vec![Pillar { id: "p".to_owned(), name: "Pillar".to_owned(), notes: String::new() }],
        answers: vec![Answer {
            question: "q".to_owned(),
            pillar: "p".to_owned(),
            title: "How?".to_owned(),
            choices: CHOICES.iter().map(choice).collect(),
            state,
            risk: None,
        }],
    }
}

fn target() -> Target {
    Target::Workload { id: "0".repeat(32), arn: "arn".to_owned(), name: "Workload".to_owned() }
}

fn plan(state: AnswerState, verdicts: &[(&str, &str)], replace: &[&str]) -> Plan {
    let replace: Vec<String> = replace.iter().map(|name| (*name).to_owned()).collect();
    decide(target(), &review(state), &document(verdicts, "P 1: so it is."), &lens(), &replace)
}

fn blank() -> AnswerState {
    AnswerState::blank(CHOICES)
}

fn with(mut state: AnswerState, choice: &str, status: Status, notes: &str) -> AnswerState {
    let said = ChoiceState { status, reason: String::new(), notes: notes.to_owned() };
    state.choices.insert(choice.to_owned(), said);
    state
}

/// The answer after the push of a plan.
fn after(plan: &Plan) -> AnswerState {
    let question = &plan.questions[0];
    question.write.clone().unwrap_or_else(|| question.read.clone())
}

#[test]
fn met_selects_and_not_met_marks_where_nobody_has_answered() {
    let verdicts = [("one", "met"), ("two", "not_met"), ("three", "not_proven")];
    let plan = plan(blank(), &verdicts, &[]);
    let done: Vec<(&str, Action, Owner)> =
        plan.questions[0].changes.iter().map(|it| (it.choice.as_str(), it.action, it.owner)).collect();
    assert_eq!(done, [("one", Action::Select, Owner::Nobody), ("two", Action::Mark, Owner::Nobody)]);
    let state = after(&plan);
    assert_eq!(state.choices["one"].status, Status::Selected);
    assert_eq!(marked(&state.choices["one"].notes), Some(Status::Selected));
    assert_eq!(marked(&state.choices["two"].notes), Some(Status::Unselected));
    assert_eq!(state.choices["three"], ChoiceState::default());
    assert_eq!(plan.questions[0].predicted_risk, Some(wellproof_lens::Risk::Medium));
}

#[test]
fn a_persons_no_is_left_and_shown_unless_it_is_named() {
    let answered = with(blank(), "two", Status::Selected, "");
    let verdicts = [("one", "met"), ("two", "not_met")];
    let kept = plan(answered.clone(), &verdicts, &[]);
    assert_eq!(kept.questions[0].changes, []);
    let disagreed: Vec<&str> = kept.questions[0].disagreements.iter().map(|it| it.choice.as_str()).collect();
    assert_eq!(disagreed, ["one", "two"]);
    let replaced = after(&plan(answered, &verdicts, &["one", "q/two"]));
    assert_eq!(replaced.choices["one"].status, Status::Selected);
    assert_eq!(replaced.choices["two"].status, Status::Unselected);
}

#[test]
fn what_we_selected_and_a_person_took_back_is_theirs() {
    let taken_back = with(blank(), "one", Status::Unselected, &choice_note("one is met", Status::Selected));
    let plan = plan(taken_back.clone(), &[("one", "met"), ("two", "met")], &[]);
    assert_eq!(after(&plan).choices, taken_back.choices);
    assert_eq!(plan.questions[0].disagreements.len(), 2);
}

#[test]
fn ours_is_unselected_when_evidence_refutes_it_and_stays_when_it_is_silent() {
    let ours = with(blank(), "one", Status::Selected, &choice_note("one is met", Status::Selected));
    let refuted = plan(ours.clone(), &[("one", "not_met")], &[]);
    assert_eq!(after(&refuted).choices["one"].status, Status::Unselected);
    let silent = plan(ours.clone(), &[("one", "partial")], &[]);
    assert_eq!(after(&silent).choices, ours.choices);
    assert_eq!(silent.questions[0].no_longer_proven, ["one"]);
}

#[test]
fn none_of_these_goes_where_something_is_met_unless_it_is_a_persons() {
    let ours = with(blank(), "none", Status::Selected, &choice_note("", Status::Selected));
    let verdicts = [("one", "met"), ("none", "met")];
    let end = after(&plan(ours, &verdicts, &[]));
    assert_eq!((end.choices["one"].status, end.choices["none"].status), (Status::Selected, Status::Unselected));
    let theirs = with(blank(), "none", Status::Selected, "");
    let kept = plan(theirs.clone(), &verdicts, &["one"]);
    assert_eq!(after(&kept).choices, theirs.choices);
    assert_eq!(kept.questions[0].disagreements[0].choice, "one");
    let named = after(&plan(theirs, &verdicts, &["one", "none"]));
    assert_eq!((named.choices["one"].status, named.choices["none"].status), (Status::Selected, Status::Unselected));
}

#[test]
fn a_question_that_people_called_off_is_left_alone() {
    let off = AnswerState { applicable: false, reason: "OUT_OF_SCOPE".to_owned(), ..blank() };
    let plan = plan(off, &[("one", "met"), ("two", "not_met")], &["one"]);
    assert_eq!(plan.questions[0].write, None);
    assert_eq!(plan.questions[0].disagreements.len(), 1);
}

#[test]
fn a_plan_that_would_overwrite_a_person_is_no_plan() {
    let state = with(blank(), "one", Status::Unselected, "Ada wrote this.");
    let state = AnswerState { notes: "Theirs.".to_owned(), ..state };
    let good = plan(state, &[("two", "met")], &[]);
    let json = good.to_json().unwrap();
    assert_eq!(Plan::read("plan.json", &json).unwrap(), good);
    let spoil = |spoil: fn(&mut AnswerState)| {
        let mut bad = good.clone();
        spoil(bad.questions[0].write.as_mut().unwrap());
        match Plan::read("plan.json", &bad.to_json().unwrap()) {
            Err(PlanError::Malformed { line, message, .. }) => {
                assert!(line > 1, "{message}");
                message
            }
            other => panic!("{other:?}"),
        }
    };
    let note = spoil(|write| write.choices.get_mut("one").unwrap().notes = "ours".to_owned());
    assert_eq!(note, "question `q`: the notes of choice `one` are a person's");
    let notes = spoil(|write| write.notes = "gone".to_owned());
    assert_eq!(notes, "question `q`: its notes lose or change what people wrote");
    let person = spoil(|write| write.choices.get_mut("one").unwrap().status = Status::Selected);
    assert_eq!(person, "question `q`: choice `one` changes, and `changes` does not say so");
    let mut named = good.clone();
    named.questions[0].changes[0].choice = "one".to_owned();
    named.questions[0].write.as_mut().unwrap().choices.get_mut("one").unwrap().status = Status::Selected;
    named.questions[0].write.as_mut().unwrap().choices.insert("two".to_owned(), ChoiceState::default());
    let refused = Plan::read("plan.json", &named.to_json().unwrap()).unwrap_err().to_string();
    assert!(refused.ends_with("choice `one` is a person's, and `replace` does not name it"), "{refused}");
    named.replace = vec!["q/one".to_owned()];
    Plan::read("plan.json", &named.to_json().unwrap()).unwrap();
    let marker = spoil(|write| write.choices.get_mut("two").unwrap().notes.insert(0, 'x'));
    assert_eq!(marker, "question `q`: the marker of choice `two` does not fit its notes");
    let silent = spoil(|write| write.choices.get_mut("three").unwrap().status = Status::Selected);
    assert_eq!(silent, "question `q`: choice `three` changes, and `changes` does not say so");
}

#[test]
fn a_plan_is_as_its_schema_says() {
    let plan = plan(blank(), &[("one", "met"), ("two", "not_met")], &[]);
    let validator = jsonschema::validator_for(&crate::plan_schema()).unwrap();
    assert!(validator.is_valid(&serde_json::to_value(&plan).unwrap()));
    assert!(!validator.is_valid(&json!({"schema": "wellproof/plan/1"})));
}

#[test]
fn the_tools_edition_is_written_as_a_lens_file() {
    let file = lens_file(&review(blank()), Some(&lens()));
    let mut written = Lens::from_text("written.json", &file).unwrap();
    written.name = lens().name;
    written.description = lens().description;
    assert_eq!(written, lens());
    let unknown = Lens::from_text("written.json", &lens_file(&review(blank()), None)).unwrap();
    assert_eq!(unknown.choices().count(), 3);
    assert!(unknown.question("q").unwrap().is_none_of_these("none"));
}

#[tokio::test]
async fn a_client_that_reads_cannot_write() {
    let sdk = aws_types::SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-west-2"))
        .endpoint_url("http://127.0.0.1:9")
        .credentials_provider(aws_sdk_wellarchitected::config::SharedCredentialsProvider::new(Credentials::new(
            "x", "x", None, None, "test",
        )))
        .build();
    let tool = Tool::new(&sdk, &[READS, LISTS], Patience { attempts: 1, ..Patience::default() });
    let place = Place::Workload { id: "0".repeat(32), milestone: None };
    let refused = [
        tool.update(&place, "wellarchitected", "q", &blank(), &blank()).await.unwrap_err(),
        tool.create_milestone("0", "name", "token").await.unwrap_err(),
    ];
    for err in refused {
        assert!(err.to_string().contains("is not among the operations that are declared"), "{err}");
    }
    let unreached = tool.answer(&place, "wellarchitected", "q").await.unwrap_err();
    assert!(matches!(unreached, ToolError::Lost { .. }), "{unreached}");
}

fn verdict() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["met", "not_met", "partial", "not_proven", "not_applicable"])
}

/// What may be said of a choice: by nobody, by a person, or by us with anything that a person did to it since.
fn choice_state() -> impl Strategy<Value = ChoiceState> {
    let status = prop::sample::select(vec![Status::Selected, Status::Unselected, Status::NotApplicable]);
    let mark = prop::sample::select(vec![Status::Selected, Status::Unselected]);
    (status, mark, 0..4_u8, "[a-z ]{1,20}").prop_map(|(status, mark, kind, text)| {
        let notes = match kind {
            0 => String::new(),
            1 => text,
            2 => choice_note(&text, mark),
            _ => format!("{} {text}", choice_note(&text, mark)),
        };
        ChoiceState { status, reason: String::new(), notes }
    })
}

fn state() -> impl Strategy<Value = AnswerState> {
    let notes = prop_oneof![
        Just(String::new()),
        "(\\PC|\n){0,40}",
        "[a-z]{0,10}".prop_map(|theirs| merge(&theirs, "P 1: as it was.", DIGEST).notes),
    ];
    let choices = prop::collection::vec(prop_oneof![Just(ChoiceState::default()), choice_state()], 4);
    (choices, notes, prop::bool::weighted(0.9)).prop_map(|(choices, notes, applicable)| {
        let mut choices: BTreeMap<String, ChoiceState> =
            CHOICES.iter().map(|id| (*id).to_owned()).zip(choices).collect();
        // The Tool lets "None of these" stand only alone.
        let others = choices.iter().any(|(id, choice)| id != "none" && choice.status == Status::Selected);
        if others && choices["none"].status == Status::Selected {
            choices.insert("none".to_owned(), ChoiceState::default());
        }
        AnswerState { applicable, reason: String::new(), notes, choices }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn people_outrank_the_machine(
        state in state(), verdicts in prop::collection::vec(verdict(), 4), named in prop::option::of(0..4_usize),
    ) {
        let verdicts: Vec<(&str, &str)> = CHOICES.iter().copied().zip(verdicts).collect();
        let replace: Vec<&str> = named.map(|at| CHOICES[at]).into_iter().collect();
        let plan = plan(state.clone(), &verdicts, &replace);
        let end = after(&plan);
        prop_assert_eq!(peoples(&end.notes), peoples(&state.notes));
        for (id, verdict) in &verdicts {
            let (was, is) = (&state.choices[*id], &end.choices[*id]);
            let is_ours = marked(&was.notes).is_some();
            if !was.notes.is_empty() && !is_ours {
                prop_assert_eq!(&is.notes, &was.notes);
            }
            let named = replace.contains(id);
            let ours = marked(&was.notes) == Some(was.status);
            if was.status != Status::Unselected && !ours && !named {
                prop_assert_eq!(is, was);
            }
            if !matches!(*verdict, "met" | "not_met") && *id != "none" {
                prop_assert_eq!(is, was);
            }
            if is.status != was.status {
                prop_assert_eq!(is.status == Status::Selected, *verdict == "met" && is.status == Status::Selected);
                prop_assert!(is.status != Status::NotApplicable);
            }
        }
        let selected: Vec<&String> =
            end.choices.iter().filter(|(_, it)| it.status == Status::Selected).map(|(id, _)| id).collect();
        prop_assert!(selected.len() < 2 || !selected.iter().any(|id| *id == "none"), "{:?}", selected);
        prop_assert_eq!(&Plan::read("plan.json", &plan.to_json().unwrap()).unwrap(), &plan);
    }

    #[test]
    fn two_pushes_equal_one(state in state(), verdicts in prop::collection::vec(verdict(), 4)) {
        let verdicts: Vec<(&str, &str)> = CHOICES.iter().copied().zip(verdicts).collect();
        let once = after(&plan(state, &verdicts, &[]));
        let again = plan(once.clone(), &verdicts, &[]);
        prop_assert_eq!(after(&again), once);
    }
}

/// What befalls the request of a number, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Fine,
    Throttled,
    LostBefore,
    LostAfter,
}

/// The Tool in memory.
struct Memory<F> {
    answers: RefCell<BTreeMap<String, Answer>>,
    milestones: RefCell<Vec<String>>,
    requests: Cell<u32>,
    writes: Cell<u32>,
    fate: F,
    attempts: u32,
    /// Whether it keeps notes on choices that are not selected.
    keeps_notes: bool,
}

impl<F: Fn(u32) -> Fate> Memory<F> {
    fn new(questions: usize, attempts: u32, fate: F) -> Self {
        let answer =
            |at: usize| (format!("q{at}"), Answer { question: format!("q{at}"), ..review(blank()).answers.remove(0) });
        Self {
            answers: RefCell::new((0..questions).map(answer).collect()),
            milestones: RefCell::default(),
            requests: Cell::new(0),
            writes: Cell::new(0),
            fate,
            attempts,
            keeps_notes: true,
        }
    }

    fn ask<T>(&self, handle: impl FnOnce() -> T) -> Result<T, ToolError> {
        let number = self.requests.replace(self.requests.get() + 1);
        let lost = ToolError::Lost { operation: "any", message: String::new() };
        match (self.fate)(number) {
            Fate::Fine => Ok(handle()),
            Fate::Throttled => Err(ToolError::Busy { operation: "any", message: "ThrottlingException".to_owned() }),
            Fate::LostBefore => Err(lost),
            Fate::LostAfter => {
                handle();
                Err(lost)
            }
        }
    }

    fn patiently<T>(&self, ask: impl Fn() -> Result<T, ToolError>) -> Result<T, ToolError> {
        let mut last = ask();
        for _ in 1..self.attempts {
            if last.is_ok() {
                break;
            }
            last = ask();
        }
        last
    }
}

impl<F: Fn(u32) -> Fate> Writer for Memory<F> {
    async fn read(&self, question: &str) -> Result<Answer, ToolError> {
        self.patiently(|| self.ask(|| self.answers.borrow()[question].clone()))
    }

    async fn write(&self, question: &str, _: &AnswerState, write: &AnswerState) -> Result<Answer, ToolError> {
        self.ask(|| {
            self.writes.set(self.writes.get() + 1);
            let mut answers = self.answers.borrow_mut();
            let answer = answers.get_mut(question).unwrap();
            answer.state = write.clone();
            for choice in answer.state.choices.values_mut().filter(|it| it.status == Status::Unselected) {
                if !self.keeps_notes {
                    choice.notes.clear();
                }
            }
            answer.clone()
        })
    }

    async fn create_milestone(&self, name: &str, _: &str) -> Result<i32, ToolError> {
        self.ask(|| {
            let mut milestones = self.milestones.borrow_mut();
            assert!(!milestones.iter().any(|made| made == name), "it was made before");
            milestones.push(name.to_owned());
            i32::try_from(milestones.len()).unwrap()
        })
    }

    async fn milestone(&self, name: &str) -> Result<Option<i32>, ToolError> {
        self.patiently(|| {
            self.ask(|| {
                let at = self.milestones.borrow().iter().position(|made| made == name);
                at.map(|at| i32::try_from(at + 1).unwrap())
            })
        })
    }

    fn patience(&self) -> Patience {
        Patience { attempts: self.attempts, first: Duration::ZERO, most: Duration::ZERO }
    }
}

fn plan_of(questions: usize) -> Plan {
    let one = plan(blank(), &[("one", "met"), ("two", "not_met")], &[]);
    let question = |at: usize| crate::plan::QuestionPlan { question: format!("q{at}"), ..one.questions[0].clone() };
    Plan { questions: (0..questions).map(question).collect(), ..one.clone() }
}

async fn push<F: Fn(u32) -> Fate>(plan: &Plan, memory: &Memory<F>) -> Result<Pushed, ToolError> {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::open(&folder.path().join("plan.journal.ndjson"), &plan.digest()).unwrap();
    match write(plan, memory, &mut journal, true).await {
        (pushed, None) => Ok(pushed),
        (pushed, Some(err)) => {
            assert!(!pushed.is_done() && pushed.answers.len() == plan.writes().count());
            Err(err)
        }
    }
}

#[tokio::test]
async fn a_push_that_died_anywhere_is_ended_by_the_next() {
    let plan = plan_of(4);
    let whole = Memory::new(4, 1, |_| Fate::Fine);
    assert!(push(&plan, &whole).await.unwrap().is_done());
    let requests = whole.requests.get();
    assert!(requests > 12);
    for boundary in 0..requests {
        for fate in [Fate::LostBefore, Fate::LostAfter] {
            let dies = Cell::new(true);
            let fate = |number| if dies.get() && number >= boundary { fate } else { Fate::Fine };
            let memory = Memory::new(4, 1, fate);
            push(&plan, &memory).await.unwrap_err();
            dies.set(false);
            assert!(push(&plan, &memory).await.unwrap().is_done());
            assert_eq!(memory.answers.borrow().clone(), whole.answers.borrow().clone(), "{boundary}");
            assert_eq!(memory.milestones.borrow().clone(), whole.milestones.borrow().clone(), "{boundary}");
            assert_eq!(memory.writes.get(), 4, "no answer was written twice; {boundary}");
        }
    }
}

#[tokio::test]
async fn a_thousand_answers_get_through_throttling_and_lost_connections() {
    let plan = plan_of(1000);
    let fate = |number: u32| match number.wrapping_mul(2_654_435_761) >> 28 {
        0..=5 => Fate::Throttled,
        6 => Fate::LostBefore,
        7 => Fate::LostAfter,
        _ => Fate::Fine,
    };
    let memory = Memory::new(1000, 30, fate);
    let pushed = push(&plan, &memory).await.unwrap();
    assert_eq!(pushed.answers.iter().filter(|it| it.outcome == Outcome::Written).count(), 1000);
    let (question, wanted) = plan.writes().next().unwrap();
    assert!(memory.answers.borrow().values().all(|answer| answer.state == *wanted), "{}", question.question);
    assert_eq!(memory.writes.get(), 1000, "what was written and lost its reply is not written again");
    assert_eq!(memory.milestones.borrow().len(), 1);
}

#[tokio::test]
async fn a_tool_that_keeps_no_notes_on_unselected_choices_is_pushed_to_once() {
    let plan = plan_of(2);
    let memory = Memory { keeps_notes: false, ..Memory::new(2, 1, |_| Fate::Fine) };
    let pushed = push(&plan, &memory).await.unwrap();
    assert!(pushed.answers.iter().all(|it| it.outcome == Outcome::Written && it.notes_not_there == ["two"]));
    let again = push(&plan, &memory).await.unwrap();
    assert!(again.answers.iter().all(|it| it.outcome == Outcome::AlreadyThere && it.notes_not_there == ["two"]));
    assert_eq!((again.milestone, memory.writes.get()), (None, 2));
    let state = memory.answers.borrow()["q0"].state.clone();
    let replanned = self::plan(state, &[("one", "met"), ("two", "not_met")], &[]);
    assert_eq!(replanned.writes().count(), 0, "it is not said again");
}

#[tokio::test]
async fn an_edit_of_nothing_but_line_breaks_is_an_edit() {
    let plan = plan_of(1);
    let memory = Memory::new(1, 1, |_| Fate::Fine);
    memory.answers.borrow_mut().get_mut("q0").unwrap().state.notes = "\n".to_owned();
    assert_eq!(push(&plan, &memory).await.unwrap().answers[0].outcome, Outcome::Refused);
}

#[tokio::test]
async fn a_changed_answer_is_refused_and_the_others_land() {
    let plan = plan_of(3);
    let memory = Memory::new(3, 1, |_| Fate::Fine);
    memory.answers.borrow_mut().get_mut("q1").unwrap().state.notes = "Ada was here.".to_owned();
    let pushed = push(&plan, &memory).await.unwrap();
    let outcomes: Vec<Outcome> = pushed.answers.iter().map(|it| it.outcome).collect();
    assert_eq!(outcomes, [Outcome::Written, Outcome::Refused, Outcome::Written]);
    assert_eq!(memory.answers.borrow()["q1"].state.notes, "Ada was here.");
    let again = push(&plan, &memory).await.unwrap();
    assert_eq!(again.milestone, None, "nothing is left to write");
    assert_eq!(memory.writes.get(), 2);
}
