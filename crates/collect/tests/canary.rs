//! Nothing secret is kept: a canary stands in every string of every declared operation's answer, and of what comes out of
//! redaction only the members that the operation declares hold one.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use wellproof_aws::Operation;
use wellproof_aws::testing::redacted;

/// One operation's answer, made from botocore's service model.
#[derive(Deserialize)]
struct Answer {
    service: String,
    operation: String,
    content_type: String,
    leaves: BTreeSet<String>,
    body: String,
}

fn answers(operations: &[&Operation]) -> Vec<Answer> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = std::env::var_os("WELLPROOF_PYTHON").map_or_else(|| root.join("target/venv/bin/python"), Into::into);
    assert!(python.exists(), "{} is missing: ./test makes it", python.display());
    let mut process = Command::new(python)
        .args(["-m", "standin.canary"])
        .current_dir(root.join("tests"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let questions: Vec<String> = operations.iter().map(|it| format!("{} {}", it.service, it.name)).collect();
    let questions = questions.join("\n");
    let mut stdin = process.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(questions.as_bytes()).unwrap());
    let output = process.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The paths of all canaries that `body` holds.
fn canaries(body: &[u8]) -> BTreeSet<String> {
    let text = String::from_utf8_lossy(body).replace("&lt;", "<").replace("&gt;", ">");
    text.split("CANARY<").skip(1).filter_map(|rest| Some(rest.split('>').next()?.to_owned())).collect()
}

/// Whether a declared path stands for a wire path: name by name, `*` for any one, `**` for all that follow.
fn covers(kept: &str, path: &str) -> bool {
    let mut path = path.split('.');
    for name in kept.split('.') {
        match (name, path.next()) {
            ("**", _) => return true,
            ("*", Some(_)) => {}
            (name, Some(found)) if name == found => {}
            _ => return false,
        }
    }
    path.next().is_none()
}

/// Whether a declared path goes through the keys of the map that `path` ends in: then the keys have to stay.
fn goes_through(kept: &str, path: &str) -> bool {
    let depth = path.split('.').count();
    let above: Vec<&str> = kept.split('.').take(depth).collect();
    path.ends_with(".*") && above.len() == depth && covers(&above.join("."), path)
}

/// Whether a declared path names a key of the map whose entries are at `path`.
fn names_key(kept: &str, path: &str) -> bool {
    let (map, entries) = (kept.rsplit_once('.'), path.strip_suffix(".*"));
    map.zip(entries).is_some_and(|((map, _), entries)| covers(map, entries))
}

#[test]
fn only_declared_members_come_out_of_redaction() {
    let declared = wellproof_collect::operations(wellproof_collect::collectors());
    let answers = answers(&declared);
    assert_eq!(answers.len(), declared.len());
    let mut planted = 0;
    for (operation, answer) in declared.into_iter().zip(&answers) {
        let name = format!("{}:{}", operation.service, operation.name);
        assert_eq!(name, format!("{}:{}", answer.service, answer.operation));
        let body = STANDARD.decode(&answer.body).unwrap();
        planted += canaries(&body).len();
        for path in canaries(&redacted(operation, &answer.content_type, &body)) {
            let known = operation.keeps.iter().any(|kept| covers(kept, &path) || goes_through(kept, &path));
            assert!(known, "{name} lets `{path}` through, which it does not declare");
        }
        for kept in operation.keeps {
            // Text that holds JSON is walked by names that no service model knows.
            let member = kept.split(".#json").flat_map(|path| path.split(".#uri-json")).next().unwrap();
            let known = answer.leaves.iter().any(|path| covers(member, path) || names_key(member, path));
            assert!(known, "{name} declares `{kept}`, which its answers do not have");
        }
    }
    assert!(planted > 1_500, "only {planted} canaries were planted");
}
