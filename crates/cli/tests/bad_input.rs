//! Bad input gets an error that names the place and says what to do, ends with exit code 2, and loses nothing.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::cell::Cell;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use support::{Standin, Wellproof, answer, answers, scan, text, verdicts, workspace};
use tempfile::TempDir;
use wellproof_model::Resource;
use wellproof_snapshot::{Format, Reader, Snapshot, Verify};

#[test]
fn credentials() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("snapshot");
    scan(&out, &[]).run().expect(2).says(&["no AWS credentials were found", "--profile"]);
    assert!(!out.exists());

    let standin = Standin::start(["--account", "empty", "--expire-after", "0"]);
    scan(&out, &[]).at(&standin).run().expect(2).says(&["AWS does not accept these credentials", "expired", "sign in"]);
    assert!(!out.exists());
}

#[test]
fn regions_and_collectors() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("snapshot");
    let standin = Standin::start(["--account", "empty"]);
    scan(&out, &["gaurdduty"])
        .at(&standin)
        .run()
        .expect(2)
        .says(&["there is no collector `gaurdduty`", "`guardduty`?"]);
    assert!(!out.exists());
    let regions = |regions: &str| scan(&out, &["guardduty"]).at(&standin).args(&["--regions", regions]);
    regions("us-east-1,eu-wset-1")
        .run()
        .expect(2)
        .says(&["there is no region `eu-wset-1`", "did you mean `eu-west-1`?"]);
    // Regions are known only when the account has been read; that is kept.
    regions("ap-east-1")
        .arg("--resume")
        .run()
        .expect(2)
        .says(&["`ap-east-1` is not enabled in this account", "--regions"]);
    regions("us-east-1,eu-west-1").arg("--resume").run().expect(0);
}

/// A snapshot of some of the demo account, in plain files.
fn recorded(folder: &Path) -> PathBuf {
    let out = folder.join("recorded");
    let standin = Standin::start([""; 0]);
    scan(&out, &["autoscaling", "ec2", "guardduty"]).at(&standin).arg("--plain").run().expect(0);
    out
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let copied = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &copied);
        } else {
            fs::copy(&path, &copied).unwrap();
        }
    }
}

#[test]
fn damaged_snapshots() {
    let folder = TempDir::new().unwrap();
    let whole = recorded(folder.path());
    let sound = verdicts(&answers(&whole));
    let name = "units/ec2.111122223333.us-east-1/resources.ndjson";
    let text = fs::read_to_string(whole.join(name)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.len() > 10, "{}", lines.len());

    let truncated = text[..text.len() - 40].to_owned();
    let mut edited = lines.clone();
    // Braces that no longer match are what an edit by hand leaves.
    let third = edited[2].replacen('{', "", 1);
    edited[2] = &third;
    let subtle = text.replacen("\"region\":\"us-east-1\"", "\"region\":\"eu-west-1\"", 1);
    assert_ne!(subtle, text);
    let calls = "units/guardduty.111122223333.us-east-1/calls.ndjson";
    for (case, name, content, said) in [
        ("truncated", name, truncated, format!("{name}, line {}", lines.len())),
        ("edited", name, edited.join("\n") + "\n", format!("{name}, line 3")),
        ("subtle", name, subtle, name.to_owned()),
        ("emptied", calls, String::new(), calls.to_owned()),
        ("manifest", "manifest.json", "{".to_owned(), "manifest.json".to_owned()),
    ] {
        let damaged = folder.path().join(case);
        copy(&whole, &damaged);
        fs::write(damaged.join(name), content).unwrap();
        answer(&damaged, &[]).run().expect(2).says(&[&said]);
        if case == "manifest" {
            continue;
        }
        let ran = answer(&damaged, &["--allow-unverified"]).run().expect(3).says(&["warning", name]);
        let document = ran.json();
        assert_eq!(document["snapshot"]["verified"], false);
        for (choice, verdict) in verdicts(&document) {
            assert!(verdict != "met" || sound[&choice] == "met", "{case}: {choice:?} became met");
        }
    }
    let nothing = folder.path().join("nothing");
    fs::create_dir(&nothing).unwrap();
    answer(&nothing, &[]).run().expect(2).says(&["is not a snapshot"]);
    answer(&folder.path().join("nowhere"), &[]).run().expect(2);
}

/// A copy of a snapshot in which `change` had its way with every resource, with all hashes right.
fn changed(snapshot: &Path, to: &Path, change: impl Fn(&mut Resource)) {
    let reader = Reader::open(snapshot).unwrap();
    let (evidence, _) = reader.evidence(None, Verify::Yes).unwrap();
    let manifest = reader.manifest();
    let copy = Snapshot::create(to, manifest, Format::Zstd).unwrap();
    for unit in manifest.units.keys() {
        let record = reader.unit_record(unit).unwrap().unwrap();
        let writer = copy.unit(unit.clone()).unwrap();
        for call in evidence.calls.values().filter(|call| call.unit == *unit) {
            writer.call(call, &reader.body(call).unwrap()).unwrap();
        }
        let kinds: Vec<&str> = record.listings.iter().map(|listing| listing.kind.as_str()).collect();
        let place = |resource: &&Resource| resource.region == unit.region || unit.region == wellproof_model::GLOBAL;
        for resource in evidence.resources.iter().filter(|it| kinds.contains(&it.kind.as_str())).filter(place) {
            let mut resource = resource.clone();
            change(&mut resource);
            writer.resource(&resource).unwrap();
        }
        writer.finish(record.started_at, record.ended_at, record.listings, record.gaps).unwrap();
    }
    copy.seal(manifest.ended_at.unwrap()).unwrap();
}

/// A name as a hostile or careless colleague gives it: it ends lines, clears the screen, turns text around.
const NASTY: &str = "i-0\u{1b}[2J\u{7}\r\nmet\u{202e}\u{0}<script>alert(1)</script>";

#[test]
fn hostile_names_and_a_huge_tag() {
    let folder = TempDir::new().unwrap();
    let hostile = folder.path().join("hostile");
    let huge = Cell::new(0);
    changed(&recorded(folder.path()), &hostile, |resource| {
        if resource.kind != "AWS::EC2::Instance" && resource.kind != "AWS::EC2::Volume" {
            return;
        }
        resource.id = format!("{}{NASTY}", resource.id);
        resource.arn = resource.arn.as_ref().map(|arn| format!("{arn}{NASTY}"));
        let tags = resource.tags.take().unwrap_or_default();
        let mut more = vec![("Name", NASTY.to_owned())];
        if tags.get("Name") == Some("shop-db-proxy") && resource.kind == "AWS::EC2::Instance" {
            more.push(("essay", "x".repeat(10 << 20)));
            huge.set(huge.get() + 1);
        }
        let own = tags.iter().map(|(key, value)| (key, value.to_owned()));
        resource.tags = Some(own.chain(more).collect());
    });

    assert_eq!(huge.get(), 1);

    let document = answers(&hostile);
    assert!(document.to_string().contains("<script>alert(1)"), "no name of it is in the answers");
    for format in ["text", "markdown", "html"] {
        let arguments = ["answer", hostile.to_str().unwrap(), "--all", "--format", format];
        let ran = Wellproof::new(arguments).run().expect(0);
        assert!(ran.stdout.len() < 16 << 20, "{format}: {} bytes", ran.stdout.len());
        let raw = |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || c == '\u{202e}';
        assert!(!ran.stdout.contains(raw), "{format}: a control character came through");
        assert!(!ran.stderr.contains(raw), "{format}: a control character came through: {}", ran.stderr);
        assert!(format == "text" || !ran.stdout.contains("<script>alert(1)"), "{format}: markup came through");
    }
    let arguments = ["explain", hostile.to_str().unwrap(), "volumes-are-encrypted"];
    let ran = Wellproof::new(arguments).run().expect(0);
    assert!(ran.stdout.contains("<script>alert(1)") && !ran.stdout.contains('\u{1b}'), "{}", ran.stdout);
    assert!(!ran.stdout.lines().any(|line| line.starts_with("met")), "a name forged a line: {}", ran.stdout);

    let unknown = Wellproof::new(["explain", hostile.to_str().unwrap(), "x\u{1b}[2J"]).run().expect(2);
    assert!(!unknown.stderr.contains('\u{1b}'), "{}", unknown.stderr);

    for (asked, said) in [
        ("REL 1", "`manage-service-limits`"),
        ("rel1", "numbers drift between editions"),
        ("REL01-BP04", "`rel_manage_service_limits_monitor_manage_limits`"),
        ("manage-service-limit", "did you mean `manage-service-limits`?"),
        ("quotas-in-use-are-alarmd", "did you mean `quotas-in-use-are-alarmed`?"),
        ("c-0000000000000000", "is no question, choice, rule or call"),
    ] {
        Wellproof::new(["explain", hostile.to_str().unwrap(), asked]).run().expect(2).says(&[said]);
    }
}

/// A shipped rule, changed, as the only file of a folder.
fn rule(folder: &Path, from: &str, to: &str) -> PathBuf {
    let shipped = fs::read_to_string(workspace().join("rules/cost/no-unassociated-addresses.yaml")).unwrap();
    assert!(shipped.contains(from), "{shipped}");
    let rules = folder.join("rules");
    fs::create_dir_all(&rules).unwrap();
    fs::write(rules.join("mine.yaml"), shipped.replacen(from, to, 1)).unwrap();
    rules
}

#[test]
fn rules() {
    let folder = TempDir::new().unwrap();
    let check = |rules: &Path| Wellproof::new(["rules", "check", "--rules", rules.to_str().unwrap()]).run();

    let ran = check(&rule(folder.path(), "title:", "titel:")).expect(2).says(&[
        "unknown field `titel`",
        "did you mean `title`?",
        "mine.yaml:2:1",
    ]);
    assert!(
        ran.stderr.contains(" 2 │ titel: No public") && ran.stderr.contains(" · ─────"),
        "no line or caret: {}",
        ran.stderr
    );
    check(&rule(folder.path(), "association_id != null ||", "asociation_id != null ||")).expect(2).says(&[
        "asociation_id",
        "did you mean `association_id`?",
        "mine.yaml:5",
    ]);

    let titled = rule(folder.path(), "title: ", "title: \"x\\e[2J\\nforged\" # ");
    let id = "no-unassociated-addresses";
    fs::rename(titled.join("mine.yaml"), titled.join(format!("{id}.yaml"))).unwrap();
    for arguments in [&["rules", "list"][..], &["rules", "explain", id]] {
        let ran = Wellproof::new(arguments).args(&["--rules", titled.to_str().unwrap()]).run().expect(0);
        assert!(ran.stdout.contains("forged"), "{}", ran.stdout);
        assert!(!ran.stdout.contains('\u{1b}') && !ran.stdout.lines().any(|line| line == "forged"), "{}", ran.stdout);
    }
    fs::remove_dir_all(titled).unwrap();

    for depth in [200, 20_000] {
        let nested = format!("{}association_id != null{} ||", "(".repeat(depth), ")".repeat(depth));
        check(&rule(folder.path(), "association_id != null ||", &nested)).expect(2).says(&["mine.yaml:5"]);
        let nested = format!("{}(association_id != null) ||", "!".repeat(depth));
        let ran = check(&rule(folder.path(), "association_id != null ||", &nested));
        assert!(matches!(ran.code, Some(0 | 2)), "{ran:?}");
    }
    Wellproof::new(["rules", "explain", "no-unassociated-adresses"])
        .run()
        .expect(2)
        .says(&["there is no rule `no-unassociated-adresses`", "did you mean `no-unassociated-addresses`?"]);
    check(&folder.path().join("nowhere")).expect(2).says(&["nowhere"]);
}

/// A custom lens of one question, with `rules` as its `riskRules`.
fn lens(rules: &str) -> String {
    let choice =
        |id: &str| format!(r#"{{"id": "{id}", "title": "{id}", "improvementPlan": {{"displayText": "do it"}}}}"#);
    let mut text =
        String::from("{\n\"schemaVersion\": \"2021-11-01\",\n\"name\": \"Ours\", \"description\": \"Ours.\",\n");
    let _ = writeln!(text, "\"pillars\": [{{\"id\": \"ours\", \"name\": \"Ours\", \"questions\": [{{");
    let _ = writeln!(
        text,
        "\"id\": \"backups\", \"title\": \"Backups?\", \"choices\": [{}, {}],",
        choice("taken"),
        choice("tried")
    );
    let _ = writeln!(text, "\"riskRules\": [\n{rules}\n]}}]}}]}}");
    text
}

#[test]
fn lenses() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("lens.json");
    let check = |text: &str| {
        fs::write(&file, text).unwrap();
        Wellproof::new(["lens", "check", file.to_str().unwrap()]).run()
    };
    let met = r#"{"condition": "taken && tried", "risk": "NO_RISK"}"#;
    let default = r#"{"condition": "default", "risk": "HIGH_RISK"}"#;
    check(&lens(&format!("{met},\n{default}"))).expect(0);
    check(&lens(met)).expect(2).says(&["the riskRules of `backups` have no `default`", "lens.json:"]);
    check(&lens(&format!("{met},\n{{\"condition\": \"default\", \"risk\": NaN}}")))
        .expect(2)
        .says(&["NaN", "lens.json:8"]);
    check("{").expect(2).says(&["lens.json:"]);
    // A lens that does not hold together answers nothing.
    let snapshot = folder.path().join("nowhere");
    answer(&snapshot, &["--lens", file.to_str().unwrap()]).run().expect(2).says(&["lens.json:"]);

    let ran = Wellproof::new(["lens", "show", "wellarchitectd"]).run().expect(2);
    ran.says(&["`wellarchitectd` is no lens that this version ships, and no such file", "wellproof lens list"]);
}

#[test]
fn configuration() {
    let folder = TempDir::new().unwrap();
    let read = |toml: &str| {
        fs::write(folder.path().join("wellproof.toml"), toml).unwrap();
        answer(&folder.path().join("nowhere"), &[]).within(folder.path()).run().expect(2)
    };
    let ran = read("[workload]\nname = \"shop\"\nregoins = [\"us-east-1\"]\n");
    let ran = ran.says(&["unknown field `regoins`", "wellproof.toml:3:1"]);
    assert!(ran.stderr.contains("regoins = ["), "{}", ran.stderr);
    read("[workload\n").says(&["wellproof.toml:1"]);
    read("[workload]\nname = \"shop\"\n[[workload.exclude]]\nresource = \"i-1\"\nreason = \"\"\n").says(&["reason"]);
    let named = Wellproof::new(["answer", "nowhere", "--config", "elsewhere.toml"]).run().expect(2);
    let ran = named.says(&["elsewhere.toml"]);
    assert_eq!(text(&ran.stdout.into()), "");
}
