//! A review that people did: imported, and held against the evidence.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod replay;
mod support;

use std::fs;

use crate::support::{Wellproof, workspace};

fn report() -> String {
    workspace().join("fixtures/review-2020/report.txt").to_str().unwrap().to_owned()
}

#[test]
fn a_report_is_imported_and_contradicted() {
    let folder = replay::scratch();
    let review = folder.path().join("review.json").to_str().unwrap().to_owned();
    let said = ["46 of 46 questions", "168 selected choices", "21 notes", "95 improvement items"];
    Wellproof::new(["review", "import", &report(), "--output", &review]).run().expect(0).says(&said);

    let demo = replay::demo().to_str().unwrap().to_owned();
    let json = ["answer", &demo, "--format", "json", "--review"];
    let answers = Wellproof::new([&json[..], &[&review]].concat()).run().expect(0).json();
    assert_eq!(answers["lens"]["id"], "wellarchitected-2020");
    let contradicted = answers["review"]["contradicted"].as_array().unwrap().clone();
    let quotas = contradicted.iter().find(|it| it["title"] == "Monitor and manage limits").unwrap();
    assert!(quotas["note"].as_str().unwrap().starts_with("REL 1: quotas not monitored"), "{quotas}");
    assert!(!quotas["citations"].as_array().unwrap().is_empty());
    let levels: Vec<&str> = contradicted.iter().map(|it| it["level"].as_str().unwrap_or("none")).collect();
    let rank = |level: &&&str| ["HIGH", "MEDIUM", "LOW", "none"].iter().position(|it| it == *level);
    assert!(levels.iter().collect::<Vec<_>>().is_sorted_by_key(rank), "{levels:?}");
    let called_off: Vec<&str> =
        answers["review"]["called_off"].as_array().unwrap().iter().map(|it| it["number"].as_str().unwrap()).collect();
    assert!(called_off.contains(&"SEC 9") && called_off.contains(&"REL 6"), "{called_off:?}");

    // The report itself does as well as what was made of it.
    assert_eq!(
        Wellproof::new([&json[..], &[&report()]].concat()).run().expect(0).json()["review"]["agreement"],
        answers["review"]["agreement"]
    );
    let threshold = ["answer", &demo, "--fail-on", "contradicted", "--review", &review];
    Wellproof::new(threshold).run().expect(1).says(&["--fail-on contradicted:", "answers contradicted", "REL 1"]);
}

#[test]
fn what_is_no_review_is_refused_with_its_place() {
    let folder = replay::scratch();
    let demo = replay::demo().to_str().unwrap().to_owned();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let whole = fs::read_to_string(report()).unwrap();
    let cut = file("cut.txt", &whole.as_bytes()[..whole.find("Medium risk\n\nSelected").unwrap() + 400]);
    Wellproof::new(["review", "import", &cut]).run().expect(2).says(&[
        "cut.txt:",
        "ends within SEC",
        "of 46 questions",
    ]);
    let other = file("other.txt", b"Dear all,\n\nthe review is on Monday.\n");
    Wellproof::new(["review", "import", &other]).run().expect(2).says(&["is no review"]);
    let bytes = file("bytes.txt", b"Lens details\n\n\xff\xfe");
    Wellproof::new(["review", "import", &bytes]).run().expect(2).says(&["bytes.txt:3", "not UTF-8"]);
    let pdf = file("report.pdf", b"%PDF-1.7\n%\xe2\xe3");
    Wellproof::new(["review", "import", &pdf])
        .run()
        .expect(2)
        .says(&["report.pdf is a PDF of which no text can be had"]);
    let json = file("broken.json", b"{\"AnswerSummaries\": [\n  {\"QuestionId\": ]}");
    Wellproof::new(["review", "import", &json]).run().expect(2).says(&["broken.json:2:"]);

    Wellproof::new(["answer", &demo, "--fail-on", "contradicted"]).run().expect(2).says(&["--review FILE"]);
    let other_lens = ["answer", &demo, "--lens", "wellarchitected", "--review"];
    let review = folder.path().join("review.json").to_str().unwrap().to_owned();
    Wellproof::new(["review", "import", &report(), "--output", &review]).run().expect(0);
    Wellproof::new([&other_lens[..], &[&review]].concat()).run().expect(2).says(&["wellarchitected-2020"]);
    let newer = file("newer.json", br#"{"schema": "wellproof/review/9"}"#);
    Wellproof::new(["answer", &demo, "--review", &newer]).run().expect(2).says(&["is no review of this version"]);
}

#[test]
fn the_tools_own_answers_are_imported() {
    let folder = replay::scratch();
    let answers = serde_json::json!({
        "WorkloadId": "dd2959b824ab7ffc191f2de7a830b9a5", "LensAlias": "wellarchitected",
        "AnswerSummaries": [{
            "QuestionId": "manage-service-limits", "PillarId": "reliability", "QuestionTitle": "How do you manage service quotas and constraints?",
            "Choices": [
                {"ChoiceId": "rel_manage_service_limits_monitor_manage_limits", "Title": "Monitor and manage quotas"},
                {"ChoiceId": "rel_manage_service_limits_ask_an_oracle", "Title": "Ask an oracle"},
            ],
            "SelectedChoices": ["rel_manage_service_limits_monitor_manage_limits"], "IsApplicable": true, "Risk": "HIGH",
        }],
    });
    let detail = serde_json::json!({"LensAlias": "wellarchitected", "Answer": {
        "QuestionId": "manage-service-limits", "QuestionTitle": "How do you manage service quotas and constraints?",
        "Choices": [{"ChoiceId": "rel_manage_service_limits_monitor_manage_limits", "Title": "Monitor and manage quotas"}],
        "SelectedChoices": ["rel_manage_service_limits_monitor_manage_limits"],
        "ChoiceAnswers": [{"ChoiceId": "rel_manage_service_limits_monitor_manage_limits", "Status": "SELECTED", "Notes": "by hand"}],
        "IsApplicable": true, "Risk": "HIGH", "Notes": "We look at it weekly.",
    }});
    let (list, both) = (folder.path().join("list.json"), folder.path().join("both.json"));
    fs::write(&list, answers.to_string()).unwrap();
    fs::write(&both, format!("{answers}\n{detail}")).unwrap();
    let import = |file: &std::path::Path| Wellproof::new(["review", "import", file.to_str().unwrap()]).run().expect(3);
    let ran = import(&list);
    ran.says(&["not placed: \"Ask an oracle\"", "does not answer priorities"]);
    let review = import(&both).json();
    assert_eq!(review["lens"]["id"], "wellarchitected");
    let question = &review["questions"][0];
    assert_eq!((&question["notes"], &question["risk"]), (&"We look at it weekly.".into(), &"HIGH".into()));
    assert_eq!(
        (&question["choices"][0]["status"], &question["choices"][0]["notes"]),
        (&"SELECTED".into(), &"by hand".into())
    );
}

/// What a review says, without where it was read from.
fn said(review: &serde_json::Value) -> serde_json::Value {
    let mut review = review.clone();
    review["source"] = serde_json::Value::Null;
    for answer in review["questions"].as_array_mut().unwrap() {
        answer["line"] = serde_json::Value::Null;
    }
    review
}

#[test]
fn a_review_is_printed_and_read_back() {
    let folder = replay::scratch();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (json, page, again) = (file("review.json"), file("review.html"), file("again.html"));
    Wellproof::new(["review", "import", &report(), "--output", &json]).run().expect(0);
    Wellproof::new(["review", "print", &json, "--output", &page]).run().expect(0);
    let review: serde_json::Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    let back = Wellproof::new(["review", "import", &page]).run().expect(0).json();
    assert_eq!(back["source"]["kind"], "report_html");
    assert_eq!(said(&back), said(&review));

    // The report itself is printed as what was made of it, and so is a print.
    let printed = Wellproof::new(["review", "print", &report()]).run().expect(0);
    assert_eq!(printed.stdout, fs::read_to_string(&page).unwrap());
    Wellproof::new(["review", "print", &page, "--output", &again]).run().expect(0);
    assert_eq!(said(&Wellproof::new(["review", "import", &again]).run().expect(0).json()), said(&review));

    let demo = replay::demo().to_str().unwrap().to_owned();
    let answered = ["answer", &demo, "--format", "wa-report", "--review", &page];
    assert!(Wellproof::new(answered).run().expect(0).stdout.contains("Cloudcheckr new service deployment"));
    let other = ["review", "print", &json, "--lens", "wellarchitected"];
    Wellproof::new(other).run().expect(2).says(&["answers the lens wellarchitected-2020", "and not wellarchitected"]);
    let text = fs::read_to_string(&page).unwrap();
    let cut = file("cut.html");
    fs::write(&cut, &text[..text.find("data-id=\"pricing-model\"").unwrap() + 300]).unwrap();
    Wellproof::new(["review", "import", &cut]).run().expect(2).says(&[
        "cut.html:",
        "ends within COST",
        "of 46 questions",
    ]);
}

#[test]
fn what_evidence_suggests_is_printed_and_is_nobodys_answer() {
    let folder = replay::scratch();
    let page = folder.path().join("suggested.html").to_str().unwrap().to_owned();
    let demo = replay::demo().to_str().unwrap().to_owned();
    Wellproof::new(["answer", &demo, "--format", "wa-report", "--output", &page]).run().expect(0);
    let answers = Wellproof::new(["answer", &demo, "--format", "json"]).run().expect(0).json();
    let text = fs::read_to_string(&page).unwrap();
    let digest = answers["snapshot"]["digest"].as_str().unwrap().strip_prefix("sha256:").unwrap();
    assert!(text.contains("Suggestions from evidence, not answers of people") && text.contains(digest));
    let choices = answers["questions"].as_array().unwrap().iter().flat_map(|it| it["choices"].as_array().unwrap());
    let met = choices.filter(|choice| choice["verdict"] == "met").count();
    assert!(met > 0);
    assert_eq!(text.matches("data-is=\"selected\"").count(), met);
    Wellproof::new(["review", "import", &page]).run().expect(2).says(&["suggested.html:", "suggestions from evidence"]);
    Wellproof::new(["answer", &demo, "--review", &page]).run().expect(2).says(&["suggestions from evidence"]);
}
