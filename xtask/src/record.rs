//! Records the fixtures: the real binary scans the stand-in over HTTP. Nothing in them is made by hand.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, bail, ensure};
use clap::ValueEnum;

/// A recording that is kept.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Fixture {
    /// The shop, which the binary carries for `wellproof demo`.
    Demo,
    /// The render farm, which fits the review of 2020.
    #[value(name = "render-2020")]
    Render,
}

impl Fixture {
    /// Its folder below `fixtures/`.
    fn folder(self) -> &'static str {
        match self {
            Self::Demo => "demo",
            Self::Render => "render-2020",
        }
    }

    /// Which account the stand-in stands in for.
    fn account(self) -> &'static [&'static str] {
        match self {
            Self::Demo => &["--account", "demo", "--set", "deployments.by=pipeline"],
            Self::Render => &["--account", "render"],
        }
    }
}

/// Replaces one fixture, or all of them.
pub(crate) fn run(fixture: Option<Fixture>) -> anyhow::Result<()> {
    let all = fixture.map_or_else(|| Fixture::value_variants().to_vec(), |one| vec![one]);
    all.into_iter().try_for_each(record)
}

fn record(fixture: Fixture) -> anyhow::Result<()> {
    let root = crate::root();
    let place = root.join("fixtures").join(fixture.folder());
    // Beside its place: the binary that records embeds one of the recordings that are there.
    let fresh = root.join("target/recording").join(fixture.folder());
    if fresh.exists() {
        std::fs::remove_dir_all(&fresh)?;
    }
    let standin = Standin::start(fixture.account())?;
    let status = Command::new(env!("CARGO"))
        .current_dir(&root)
        .args(["run", "--quiet", "-p", "wellproof", "--", "scan", "--plain", "--out"])
        .arg(&fresh)
        .envs(standin.environment())
        .status()
        .context("failed to run wellproof")?;
    // A believable account refuses something: 3 is "done, but with gaps".
    ensure!(matches!(status.code(), Some(0 | 3)), "the scan ended with {status}");
    if place.exists() {
        std::fs::remove_dir_all(&place)?;
    }
    std::fs::rename(&fresh, &place)?;
    println!("recorded {}", place.display());
    Ok(())
}

/// This second, as RFC 3339.
fn now() -> anyhow::Result<String> {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?;
    Ok(jiff::Timestamp::from_second(i64::try_from(since.as_secs())?)?.to_string())
}

/// The stand-in for AWS, on a port of its own choice.
struct Standin {
    process: Child,
    port: u16,
}

impl Standin {
    fn start(account: &[&str]) -> anyhow::Result<Self> {
        let root = crate::root();
        let python =
            std::env::var_os("WELLPROOF_PYTHON").map_or_else(|| root.join("target/venv/bin/python"), Into::into);
        if !python.exists() {
            bail!("{} is missing: ./test makes it", python.display());
        }
        let mut process = Command::new(python)
            .current_dir(root.join("tests"))
            .args(["-m", "standin", "--port", "0"])
            .args(account)
            .args(["--while-stdin", "--now"])
            // The scan's clock is this machine's, and ages in the account count from the stand-in's.
            .arg(now()?)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("failed to start the stand-in")?;
        let mut line = String::new();
        let stdout = process.stdout.take().context("the stand-in has no output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let ready: serde_json::Value = serde_json::from_str(&line).context("the stand-in did not start")?;
        let port = ready["port"].as_u64().context("the stand-in names no port")?;
        Ok(Self { process, port: u16::try_from(port)? })
    }

    fn environment(&self) -> [(&'static str, String); 5] {
        [
            ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port)),
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "secret".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ]
    }
}

impl Drop for Standin {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
