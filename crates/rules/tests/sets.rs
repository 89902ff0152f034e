//! Sets of rules: directories, replacement, and what holds between rules.

use std::fs;
use std::path::Path;

use wellproof_rules::{RuleErrors, RuleSet};

fn rule(id: &str, title: &str, together_with: &str) -> String {
    format!(
        "id: {id}\ntitle: {title}\nfor_each: Region\nrequires: {{type: AWS::GuardDuty::Detector, where: 'status == \"ENABLED\"', match: [account, region]}}\n\
         bears_on: [{{question: q, choice: known, pass: proves, fail: refutes, together_with: [{together_with}]}}]\n\
         notes: {{fail: f., pass: p., unknown: u.}}\nfix: f\nbasis: b\ncases:\n\
         \x20 - {{name: on, given: {{AWS::GuardDuty::Detector: [{{status: ENABLED}}]}}, expect: pass}}\n\
         \x20 - {{name: off, given: {{AWS::GuardDuty::Detector: []}}, expect: fail}}\n\
         \x20 - {{name: denied, given: {{AWS::GuardDuty::Detector: denied}}, expect: unknown}}\n"
    )
}

fn write(directory: &Path, name: &str, text: &str) {
    let path = directory.join(name);
    fs::create_dir_all(path.parent().expect("a file lies in a directory")).expect("a directory that can be made");
    fs::write(path, text).expect("a file that can be written");
}

fn mistakes(result: Result<impl Sized, RuleErrors>) -> String {
    result.err().map(|errors| errors.render()).unwrap_or_default()
}

#[test]
fn a_directory_is_read_with_those_in_it() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "security/one.yaml", &rule("one", "first", ""));
    write(directory.path(), "two.yml", &rule("two", "second", "one"));
    write(directory.path(), "README.md", "not a rule");
    let set = RuleSet::load_dir(directory.path()).unwrap();
    assert_eq!(set.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(set.rule("one").unwrap().pillar(), "security");
    assert_eq!(set.types().into_iter().collect::<Vec<_>>(), ["AWS::EC2::Region", "AWS::GuardDuty::Detector"]);
    assert_eq!(set.test().len(), 6);
    assert!(set.test().iter().all(wellproof_rules::CaseResult::passed));
    assert_eq!(mistakes(set.check(&|_, choice| choice == "known")), "");
}

#[test]
fn rules_of_ones_own_replace_those_of_the_same_id() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "a/one.yaml", &rule("one", "first", ""));
    write(directory.path(), "b/one.yaml", &rule("one", "second", ""));
    let mut set = RuleSet::load_dir(&directory.path().join("a")).unwrap();
    let before = set.digest();
    set.extend(RuleSet::load_dir(&directory.path().join("b")).unwrap());
    assert_eq!(set.len(), 1);
    assert_eq!(set.rule("one").unwrap().title, "second");
    assert_ne!(set.digest(), before);
    insta::assert_snapshot!(mistakes(RuleSet::load_dir(directory.path())), @r#"b/one.yaml: the id `one` is also in a/one.yaml"#);
}

/// The first place where a word stands need not be the one that is wrong.
#[test]
fn a_mistake_is_shown_where_it_stands() {
    let directory = tempfile::tempdir().unwrap();
    let text = rule("one", "what is known", "twoo").replace("fix: ", "fix: twoo ");
    write(directory.path(), "one.yaml", &text);
    let set = RuleSet::load_dir(directory.path()).unwrap();
    let shown = mistakes(set.check(&|_, _| false));
    assert!(shown.contains("one.yaml:5:34: no lens has the choice `known`"), "{shown}");
    assert!(shown.contains("one.yaml:5:86: there is no other rule `twoo`"), "{shown}");
}

#[test]
fn unknown_choices_and_rules_are_mistakes() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "one.yaml", &rule("one", "first", "twoo"));
    write(directory.path(), "two.yaml", &rule("two", "first", ""));
    let set = RuleSet::load_dir(directory.path()).unwrap();
    insta::assert_snapshot!(mistakes(set.check(&|question, _| question == "other")), @r#"
    one.yaml:5:34: no lens has the choice `known` of `q`
      | bears_on: [{question: q, choice: known, pass: proves, fail: refutes, together_with: [twoo]}]
      |                                  ^^^^^
    one.yaml:5:86: there is no other rule `twoo`
      | bears_on: [{question: q, choice: known, pass: proves, fail: refutes, together_with: [twoo]}]
      |                                                                                      ^^^^
      = did you mean `two`?
    two.yaml:5:34: no lens has the choice `known` of `q`
      | bears_on: [{question: q, choice: known, pass: proves, fail: refutes, together_with: []}]
      |                                  ^^^^^
    "#);
}

#[test]
fn what_cannot_be_read_is_said() {
    let directory = tempfile::tempdir().unwrap();
    assert!(mistakes(RuleSet::load_dir(directory.path())).ends_with("no rule files (`*.yaml`) below it"));
    assert!(mistakes(RuleSet::load_dir(&directory.path().join("none"))).contains("cannot be read"));
    write(directory.path(), "big.yaml", &"# much\n".repeat(100_000));
    insta::assert_snapshot!(mistakes(RuleSet::load_dir(directory.path())), @r#"big.yaml: more than 262144 bytes"#);
    write(directory.path(), "big.yaml", "id: [");
    assert!(mistakes(RuleSet::load_dir(directory.path())).starts_with("big.yaml:1:"));
}
