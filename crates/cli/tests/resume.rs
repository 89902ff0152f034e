//! A scan that dies loses nothing that it finished, and goes on where it stopped; it never touches what is not its own.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use support::{Standin, answer, answers, list, scan, verdicts};
use tempfile::TempDir;

/// Enough for two dozen units, and nothing that is paced.
const COLLECTORS: [&str; 5] = ["autoscaling", "cloudformation", "config", "ec2", "guardduty"];

/// The names of the units that are on the disk under their own names.
fn finished(snapshot: &Path) -> Vec<String> {
    let Ok(units) = fs::read_dir(snapshot.join("units")) else { return Vec::new() };
    let names = units.map(|unit| unit.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with('.')).collect();
    names.sort();
    names
}

/// Every file below `folder` with its bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
    all.sort();
    all
}

#[test]
fn a_killed_scan_is_resumed() {
    let folder = TempDir::new().unwrap();
    let standin = Standin::start(["--delay-ms", "25"]);
    let whole = folder.path().join("whole");
    scan(&whole, &COLLECTORS).at(&standin).run().expect(0);
    let units = finished(&whole);
    assert!(units.len() > 10, "{units:?}");

    let killed = folder.path().join("killed");
    let (mut child, _home) = scan(&killed, &COLLECTORS).at(&standin).spawn();
    let patience = Instant::now();
    while finished(&killed).len() < units.len() / 2 {
        assert!(patience.elapsed() < Duration::from_secs(90), "only {:?} are finished", finished(&killed));
        assert!(child.try_wait().unwrap().is_none(), "it ended before it could be killed");
        std::thread::sleep(Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let kept = finished(&killed);
    assert!(kept.len() >= units.len() / 2 && kept.len() < units.len(), "{kept:?}");
    assert!(!killed.join("DIGEST").exists());
    let before: Vec<_> = kept.iter().map(|unit| files(&killed.join("units").join(unit))).collect();

    answer(&killed, &[]).run().expect(2).says(&["is unfinished", "wellproof scan --resume", "--allow-unverified"]);
    let ran =
        answer(&killed, &["--allow-unverified"]).run().expect(3).says(&["the scan of this snapshot did not finish"]);
    let meanwhile = ran.json();
    assert_eq!(meanwhile["snapshot"]["verified"], false);
    assert_eq!(
        (&meanwhile["snapshot"]["unfinished"], &meanwhile["snapshot"]["damaged"]),
        (&true.into(), &false.into())
    );
    let complete = answers(&whole);
    let settled = verdicts(&complete);
    for (choice, verdict) in verdicts(&meanwhile) {
        assert!(verdict != "met" || settled[&choice] == "met", "{choice:?} is met only while units are missing");
    }
    let missing = list(&meanwhile["gaps"]).iter().filter(|gap| gap["kind"] == "not_asked").count();
    assert!(missing >= units.len() - kept.len(), "{missing} gaps for {} missing units", units.len() - kept.len());

    scan(&killed, &COLLECTORS).at(&standin).run().expect(2).says(&["--resume"]);
    assert_eq!(finished(&killed), kept);
    scan(&killed, &["guardduty"]).at(&standin).arg("--resume").run().expect(2).says(&["was begun with the collectors"]);

    scan(&killed, &COLLECTORS).at(&standin).arg("--resume").run().expect(0);
    assert_eq!(finished(&killed), units);
    for (unit, files_before) in kept.iter().zip(before) {
        assert!(files(&killed.join("units").join(unit)) == files_before, "{unit} was read again");
    }
    let resumed = answers(&killed);
    assert_eq!(resumed["snapshot"]["verified"], true);
    assert_eq!(verdicts(&resumed), settled);
    for part in ["coverage", "pillars", "fix_first", "gaps"] {
        assert_eq!(resumed[part], complete[part], "{part}");
    }
    assert_eq!(resumed["snapshot"]["resources"], complete["snapshot"]["resources"]);
}

/// Ctrl-C: what is finished is on the disk, and the words say how much that is.
#[test]
#[cfg(unix)]
fn an_interrupted_scan_says_what_it_keeps() {
    let folder = TempDir::new().unwrap();
    let standin = Standin::start(["--delay-ms", "25"]);
    let out = folder.path().join("snapshot");
    // CloudTrail is asked twice a second, so that there is time.
    let (child, _home) = scan(&out, &["cloudtrail", "config", "guardduty"]).at(&standin).spawn();
    let patience = Instant::now();
    while finished(&out).len() < 3 {
        assert!(patience.elapsed() < Duration::from_secs(90), "only {:?} are finished", finished(&out));
        std::thread::sleep(Duration::from_millis(2));
    }
    let pid = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    let kept = finished(&out).len();
    let words = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("--resume") && words.contains(&format!("; {kept} of 10 units")), "{kept} are kept: {said}");

    // Nobody else's answers go into it.
    let demo = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/demo");
    let arguments = ["--resume", "--collectors", "cloudtrail,config,guardduty", "--out"];
    let arguments = [&["scan", "--replay", demo.to_str().unwrap()][..], &arguments, &[out.to_str().unwrap()]].concat();
    support::Wellproof::new(arguments).run().expect(2).says(&["the snapshot was begun from AWS"]);
    scan(&out, &["cloudtrail", "config", "guardduty"])
        .at(&standin)
        .args(&["--resume", "--regions", "us-east-1"])
        .run()
        .expect(2)
        .says(&["the snapshot was begun for the regions eu-west-1,us-east-1,us-west-2"]);
}

#[test]
fn what_is_there_is_not_touched() {
    let folder = TempDir::new().unwrap();
    let standin = Standin::start(["--account", "empty"]);

    let mine = folder.path().join("mine");
    fs::create_dir(&mine).unwrap();
    fs::write(mine.join("thesis.txt"), "years of work").unwrap();
    for resume in [&[][..], &["--resume"]] {
        scan(&mine, &["guardduty"]).at(&standin).args(resume).run().expect(2).says(&["is not a snapshot"]);
        assert_eq!(files(&mine).len(), 1);
        assert_eq!(fs::read_to_string(mine.join("thesis.txt")).unwrap(), "years of work");
    }
    let file = folder.path().join("file");
    fs::write(&file, "not even a folder").unwrap();
    scan(&file, &["guardduty"]).at(&standin).run().expect(2);
    assert_eq!(fs::read_to_string(&file).unwrap(), "not even a folder");

    let snapshot = folder.path().join("snapshot");
    scan(&snapshot, &["guardduty"]).at(&standin).run().expect(0);
    let before = files(&snapshot);
    for resume in [&[][..], &["--resume"]] {
        scan(&snapshot, &["guardduty"]).at(&standin).args(resume).run().expect(2);
        assert!(files(&snapshot) == before, "a finished snapshot was changed, {resume:?}");
    }
    // An empty folder is as good as none.
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    scan(&empty, &["guardduty"]).at(&standin).run().expect(0);
}

#[test]
fn credentials_that_expire_leave_what_was_finished() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("snapshot");
    let standin = Standin::start(["--expire-after", "20"]);
    let ran = scan(&out, &["config", "guardduty"]).at(&standin).run().expect(2);
    let ran = ran.says(&["the credentials stopped working during the scan", "--resume", "units are kept"]);
    assert!(!out.join("DIGEST").exists());
    drop(standin);
    let kept = finished(&out);
    assert!(ran.stderr.contains(&format!("; {} of ", kept.len())) && !kept.is_empty(), "{kept:?}: {}", ran.stderr);
    let before: Vec<_> = kept.iter().map(|unit| files(&out.join("units").join(unit))).collect();

    let standin = Standin::start([""; 0]);
    scan(&out, &["config", "guardduty"]).at(&standin).arg("--resume").run().expect(0);
    for (unit, files_before) in kept.iter().zip(before) {
        assert!(files(&out.join("units").join(unit)) == files_before, "{unit} was read again");
    }
    assert!(list(&answers(&out)["gaps"]).iter().all(|gap| gap["kind"] == "not_asked"));
}
