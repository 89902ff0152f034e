//! What the end-to-end tests share: the stand-in for AWS, and the binary in an environment of its own.
//!
//! nextest runs every test in a process of its own, so that a `OnceLock` shares nothing between tests: what is dear
//! (a scan of a whole account takes 25 s, since CloudTrail answers two lookups a second) belongs into one test, or
//! is replayed from the demo recording, or asks only the collectors that it needs.

#![allow(dead_code, reason = "every test file has a use for its own part")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// The account that the stand-in stands in for.
pub(crate) const ACCOUNT: &str = "111122223333";

/// The folder of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// The Python that has moto: `WELLPROOF_PYTHON`, else the one that `./test` installs.
pub(crate) fn python() -> PathBuf {
    if let Some(named) = std::env::var_os("WELLPROOF_PYTHON") {
        return named.into();
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from);
    let installed = target.join("venv/bin/python");
    assert!(installed.exists(), "no Python with moto: run ./test, or set WELLPROOF_PYTHON");
    installed
}

fn standin() -> Command {
    let mut command = Command::new(python());
    command.args(["-m", "standin"]).current_dir(workspace().join("tests")).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

/// The stand-in's facts and variants, as `--list` prints them.
pub(crate) fn catalogue() -> Value {
    let output = standin().arg("--list").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A running stand-in for AWS. It ends when it is dropped, and when the test's process does.
#[derive(Debug)]
pub(crate) struct Standin {
    child: Child,
    stdin: Option<ChildStdin>,
    port: u16,
    log: TempDir,
}

impl Standin {
    /// An account by the options that `tests/standin/README.md` lists. Its clock shows the present, as the scan's does.
    pub(crate) fn start<S: AsRef<OsStr>>(options: impl IntoIterator<Item = S>) -> Self {
        let log = TempDir::new().unwrap();
        let now = jiff::Timestamp::from_second(jiff::Timestamp::now().as_second()).unwrap();
        let mut child = standin()
            .args(["--while-stdin", "--now", &now.to_string()])
            .arg("--log")
            .arg(log.path().join("calls.ndjson"))
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).expect("the stand-in says on which port it listens");
        let port = u16::try_from(said["port"].as_u64().unwrap()).unwrap();
        Self { child, stdin, port, log }
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Every call that it saw: operation, region, parameters, status, request id.
    pub(crate) fn calls(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.log.path().join("calls.ndjson")).unwrap();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The binary, in an empty home, in a folder of its own, and with nothing of AWS's or the terminal's in its environment.
#[derive(Debug)]
pub(crate) struct Wellproof {
    command: Command,
    // Kept until the run is over.
    home: TempDir,
}

impl Wellproof {
    /// `wellproof ARGUMENTS`.
    pub(crate) fn new<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Self {
        let home = TempDir::new().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_wellproof"));
        command
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home.path())
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .current_dir(home.path());
        // What a coverage run needs to find its way home.
        if let Some(profile) = std::env::var_os("LLVM_PROFILE_FILE") {
            command.env("LLVM_PROFILE_FILE", profile);
        }
        Self { command, home }
    }

    /// Asks `standin` in AWS's place, with credentials that it takes.
    pub(crate) fn at(self, standin: &Standin) -> Self {
        self.env("AWS_ENDPOINT_URL", standin.url())
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_REGION", "us-east-1")
    }

    /// One more argument.
    pub(crate) fn arg(self, argument: impl AsRef<OsStr>) -> Self {
        self.args(&[argument])
    }

    /// More arguments.
    pub(crate) fn args<S: AsRef<OsStr>>(mut self, arguments: &[S]) -> Self {
        self.command.args(arguments);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs in `folder` rather than in an empty one.
    pub(crate) fn within(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Runs it to its end.
    pub(crate) fn run(mut self) -> Ran {
        let output = self.command.stdin(Stdio::null()).output().unwrap();
        Ran {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Starts it and does not wait. The folder it runs in has to outlive it.
    pub(crate) fn spawn(mut self) -> (Child, TempDir) {
        let child = self.command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        (child, self.home)
    }
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    /// `None` where a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// Fails the test unless the run ended with `code`.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        let Self { code: ended, stdout, stderr } = &self;
        let head: String = stdout.chars().take(2000).collect();
        assert_eq!(*ended, Some(code), "it printed\n{head}\nand said\n{stderr}");
        self
    }

    /// Fails the test unless every one of `words` was said on stderr, however it was wrapped.
    #[track_caller]
    pub(crate) fn says(self, words: &[&str]) -> Self {
        let said = unwrapped(&self.stderr);
        for word in words {
            assert!(said.contains(&unwrapped(word)), "{word:?} is not in\n{}", self.stderr);
        }
        self
    }

    /// What it printed, as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|err| panic!("{err}: {}\n{}", self.stdout, self.stderr))
    }
}

/// A message without the line breaks, frames and indents that the width of a terminal made.
fn unwrapped(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || matches!(c, '│' | '╰' | '─' | '▶' | '×' | '├'))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The arguments of a scan into `out`, by `collectors`; by all where none are named.
pub(crate) fn scan(out: &Path, collectors: &[&str]) -> Wellproof {
    let mut arguments = vec!["scan".into(), "--out".into(), out.as_os_str().to_owned()];
    if !collectors.is_empty() {
        arguments.push("--collectors".into());
        arguments.push(collectors.join(",").into());
    }
    Wellproof::new(arguments)
}

/// `wellproof answer SNAPSHOT --format json OPTIONS`.
pub(crate) fn answer(snapshot: &Path, options: &[&str]) -> Wellproof {
    let mut arguments = vec![OsStr::new("answer"), snapshot.as_os_str()];
    arguments.extend(["--format", "json"].map(OsStr::new));
    arguments.extend(options.iter().map(OsStr::new));
    Wellproof::new(arguments)
}

/// The answers to a snapshot, whether or not it has gaps.
#[track_caller]
pub(crate) fn answers(snapshot: &Path) -> Value {
    let ran = answer(snapshot, &[]).run();
    assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
    ran.json()
}

/// The verdict of every choice, by question and choice. "None of these" is a choice of its own in every question.
pub(crate) fn verdicts(answers: &Value) -> BTreeMap<(String, String), String> {
    let mut verdicts = BTreeMap::new();
    for question in list(&answers["questions"]) {
        for choice in list(&question["choices"]) {
            verdicts.insert((text(&question["id"]), text(&choice["id"])), text(&choice["verdict"]));
        }
    }
    verdicts
}

/// The items of a list.
#[track_caller]
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("no list: {value}"))
}

/// A text.
#[track_caller]
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// The demo recording, replayed into a snapshot in `folder`: half a second, and no stand-in.
pub(crate) fn demo(folder: &Path) -> PathBuf {
    let out = folder.join("demo");
    let recording = workspace().join("fixtures/demo");
    let arguments = [OsStr::new("scan"), "--replay".as_ref(), recording.as_ref(), "--out".as_ref(), out.as_ref()];
    let ran = Wellproof::new(arguments).run();
    assert!(matches!(ran.code, Some(0 | 3)), "{}", ran.stderr);
    out
}
