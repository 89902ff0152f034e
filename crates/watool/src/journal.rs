//! What a push meant to write and what it wrote: one JSON object a line, on the disk before the next request is sent.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::error::ToolError;

/// The journal of all pushes of one plan.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    plan: String,
    workload: Option<String>,
}

impl Journal {
    /// Where the journal of a plan lies: `plan.json` has `plan.journal.ndjson`.
    pub fn path_of(plan: &Path) -> PathBuf {
        plan.with_extension("journal.ndjson")
    }

    /// Goes on with a journal, or begins it. A line that an earlier push could not finish is ended.
    pub fn open(path: &Path, plan_digest: &str) -> Result<Self, ToolError> {
        let failed = |err: std::io::Error| error(path, &err);
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(path).map_err(failed)?;
        let ended = || -> std::io::Result<bool> {
            if file.seek(SeekFrom::End(0))? == 0 {
                return Ok(true);
            }
            let mut last = [0];
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
            Ok(last == *b"\n")
        };
        let mut ended = ended;
        if !ended().map_err(failed)? {
            file.write_all(b"\n").map_err(failed)?;
        }
        let mut told = String::new();
        file.rewind().and_then(|()| file.read_to_string(&mut told)).map_err(failed)?;
        let workload = told.lines().rev().find_map(|line| made(line, plan_digest));
        Ok(Self { file, path: path.to_owned(), plan: plan_digest.to_owned(), workload })
    }

    /// The id of the workload that an earlier push of the plan has made.
    pub(crate) fn workload(&self) -> Option<&str> {
        self.workload.as_deref()
    }

    /// Writes an event with its members.
    pub(crate) fn tell(&mut self, event: &str, members: Value) -> Result<(), ToolError> {
        let mut line = json!({"at": Timestamp::now().to_string(), "plan": self.plan, "event": event});
        if let (Value::Object(line), Value::Object(members)) = (&mut line, members) {
            line.extend(members);
        }
        let written = self.file.write_all(format!("{line}\n").as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|err| error(&self.path, &err))
    }
}

/// The workload that a line says to have been made for a plan.
fn made(line: &str, plan: &str) -> Option<String> {
    let line: Value = serde_json::from_str(line).ok()?;
    let is_made = line["event"] == "workload_made" && line["plan"] == plan;
    is_made.then(|| line["id"].as_str().map(str::to_owned)).flatten()
}

fn error(path: &Path, err: &std::io::Error) -> ToolError {
    ToolError::Journal { path: path.display().to_string(), message: err.to_string() }
}
