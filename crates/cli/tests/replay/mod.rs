//! What tests of recordings share: a recording in memory, what may befall its calls, and a review made of it in this process.

#![allow(dead_code, reason = "every test file has a use for its own part")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use serde_json::json;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use wellproof_answers::Custody;
use wellproof_answers::document::{Choice, Document, Question};
use wellproof_collect::{Origin, Regions, Request, Scanned, Silent};
use wellproof_lens::Lens;
use wellproof_model::{BodyEncoding, Call, CallId, Evidence, Manifest, Scope, Suggestion, UnitId};
use wellproof_rules::RuleSet;
use wellproof_snapshot::{Format, Reader, Snapshot, Verify};

static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::shipped().unwrap());

/// The rules that the binary ships.
pub(crate) fn rules() -> &'static RuleSet {
    &RULES
}

/// The lens that the binary answers by default.
pub(crate) fn lens() -> &'static Lens {
    Lens::by_id("wellarchitected").unwrap()
}

/// The recording that lies in the binary.
pub(crate) fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/demo")
}

/// An empty folder, in memory where the system has such: a snapshot is flushed to the disk unit by unit, which a test that
/// writes a hundred of them does not need.
pub(crate) fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.or_else(|_| tempfile::tempdir()).unwrap()
}

/// The calls of a snapshot with their bodies, and nothing of what came of them.
#[derive(Clone)]
pub(crate) struct Recording {
    pub(crate) manifest: Manifest,
    pub(crate) calls: Vec<(Call, Vec<u8>)>,
}

impl Recording {
    /// Every call of the snapshot in `dir`, by unit and id.
    pub(crate) fn read(dir: &Path) -> Self {
        let reader = Reader::open(dir).unwrap();
        let manifest = reader.manifest().clone();
        let calls = manifest.units.keys().flat_map(|unit| reader.unit_calls(unit).unwrap().unwrap()).collect();
        Self { manifest, calls }
    }

    /// Writes a sealed snapshot that holds the calls only: all that a replay reads.
    pub(crate) fn write(&self, dir: &Path) {
        let snapshot = Snapshot::create(dir, &self.manifest, Format::Plain).unwrap();
        for unit in self.manifest.units.keys() {
            let writer = snapshot.unit(unit.clone()).unwrap();
            for (call, body) in self.calls.iter().filter(|(call, _)| call.unit == *unit) {
                writer.call(call, body).unwrap();
            }
            writer.finish(self.manifest.started_at, self.manifest.started_at, Vec::new(), Vec::new()).unwrap();
        }
        snapshot.seal(self.manifest.started_at).unwrap();
    }

    /// The recording without these calls.
    pub(crate) fn without(&self, gone: &BTreeSet<CallId>) -> Self {
        let calls = self.calls.iter().filter(|(call, _)| !gone.contains(&call.id)).cloned().collect();
        Self { manifest: self.manifest.clone(), calls }
    }

    /// The calls that `target` means.
    pub(crate) fn hit(&self, target: Target) -> Vec<usize> {
        let all = 0..self.calls.len();
        let call = |index: usize| &self.calls[index].0;
        let nth = |index: usize| call(index % self.calls.len());
        match target {
            Target::Call(index) => vec![index % self.calls.len()],
            Target::Operation(index) => {
                let one = nth(index);
                let same = |it: &Call| it.key.service == one.key.service && it.key.operation == one.key.operation;
                all.filter(|index| same(call(*index))).collect()
            }
            Target::OperationInUnit(index) => {
                let one = nth(index);
                let same = |it: &Call| it.unit == one.unit && it.key.operation == one.key.operation;
                all.filter(|index| same(call(*index))).collect()
            }
            Target::Unit(index) => {
                let one = nth(index);
                all.filter(|index| call(*index).unit == one.unit).collect()
            }
            Target::FromThisPageOn(index) => {
                let one = nth(index);
                let listing = listing_of(one);
                all.filter(|index| call(*index).at >= one.at && listing_of(call(*index)) == listing).collect()
            }
        }
    }

    /// The recording after all that befell it.
    pub(crate) fn damaged(&self, damage: &BTreeMap<Target, Blow>) -> Self {
        let mut blows: BTreeMap<usize, Blow> = BTreeMap::new();
        for (target, blow) in damage {
            // Pages are cut off, not refused: what is asked for then was never recorded.
            let blow = if matches!(target, Target::FromThisPageOn(_)) { Blow::Drop } else { *blow };
            blows.extend(self.hit(*target).into_iter().map(|index| (index, blow)));
        }
        let struck = self.calls.iter().enumerate().filter_map(|(index, (call, body))| match blows.get(&index) {
            None => Some((call.clone(), body.clone())),
            Some(blow) => blow.strike(call),
        });
        Self { manifest: self.manifest.clone(), calls: struck.collect() }
    }
}

/// What tells the pages of one listing from those of another: all that was asked but the token of the page.
fn listing_of(call: &Call) -> (UnitId, String, String, String) {
    let without_token = |text: &str, between: char| {
        let parts = text.trim_matches(['{', '}']).split(between);
        let kept: Vec<&str> = parts.filter(|part| !part.to_lowercase().contains("nexttoken")).collect();
        kept.join("&")
    };
    let between = if call.key.input.starts_with('{') { ',' } else { '&' };
    let input = without_token(&call.key.input, between);
    (call.unit.clone(), call.key.operation.clone(), without_token(&call.key.query, '&'), input)
}

/// Which calls something befalls, by their place in the recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    /// One.
    Call(usize),
    /// All of its operation, in every region.
    Operation(usize),
    /// All of its operation in its unit.
    OperationInUnit(usize),
    /// All of its unit.
    Unit(usize),
    /// It and every later page of the same listing.
    FromThisPageOn(usize),
}

/// What befalls a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blow {
    /// AWS refuses it, in the shape of the service's protocol.
    Deny,
    /// AWS throttles it past the last retry.
    Throttle,
    /// No answer came.
    Silence,
    /// The answer is an error that no collector knows.
    Break,
    /// The answer says it succeeded, and is a page for people: a proxy's, most often.
    Garble,
    /// The answer says it succeeded, and is an object of somebody else's.
    Foreign,
    /// The answer says it succeeded, and is empty.
    Empty,
    /// It was never made.
    Drop,
}

impl Blow {
    fn strike(self, call: &Call) -> Option<(Call, Vec<u8>)> {
        match self {
            // Nobody answered it as it is, so that nothing tells in which shape it would be refused.
            Self::Deny | Self::Throttle | Self::Break if call.status == 0 => Some(stored(call.clone(), Vec::new())),
            Self::Drop => None,
            Self::Silence => {
                let error = Some("NoAnswer".to_owned());
                let call = Call { status: 0, error, headers: BTreeMap::new(), request_id: None, ..call.clone() };
                Some(stored(call, Vec::new()))
            }
            Self::Deny => {
                let operation = &call.key.operation;
                let message = format!(
                    "User: arn:aws:sts::111122223333:assumed-role/WellproofScan/wellproof is not authorized to perform: \
                     {}:{operation} because no identity-based policy allows the {0}:{operation} action",
                    call.key.service
                );
                Some(refused(call, 403, ["UnauthorizedOperation", "AccessDenied", "AccessDeniedException"], &message))
            }
            Self::Throttle => {
                let codes = ["RequestLimitExceeded", "Throttling", "ThrottlingException"];
                Some(refused(call, 400, codes, "Rate exceeded"))
            }
            Self::Garble => {
                let headers = BTreeMap::from([("content-type".to_owned(), "text/html".to_owned())]);
                Some(stored(
                    Call { headers, ..call.clone() },
                    b"<html><body>Sign in to the network</body></html>".into(),
                ))
            }
            Self::Foreign => {
                let headers = BTreeMap::from([("content-type".to_owned(), "application/json".to_owned())]);
                Some(stored(Call { headers, ..call.clone() }, br#"{"error":"blocked by policy"}"#.into()))
            }
            Self::Empty => Some(stored(call.clone(), Vec::new())),
            Self::Break => Some(refused(call, 500, ["InternalError"; 3], "An internal error has occurred")),
        }
    }
}

/// An error in the shape in which the call's protocol carries it. `codes` are those of EC2, of the query and CBOR
/// protocols, and of the JSON protocols.
fn refused(call: &Call, status: u16, codes: [&str; 3], message: &str) -> (Call, Vec<u8>) {
    let [ec2, query, json] = codes;
    let mut headers = call.headers.clone();
    headers.retain(|name, _| !matches!(name.as_str(), "x-amzn-errortype" | "x-amzn-query-error"));
    let kind = headers.get("content-type").cloned().unwrap_or_default();
    let (code, body) = if kind.contains("cbor") {
        headers.insert("x-amzn-query-error".to_owned(), format!("{query};Sender"));
        let mut body = Vec::new();
        let error = json!({ "__type": format!("com.amazonaws.cloudwatch#{query}"), "message": message });
        ciborium::into_writer(&error, &mut body).unwrap();
        (query, body)
    } else if kind.contains("xml") && call.key.service == "ec2" {
        let error = format!("<Code>{ec2}</Code><Message>{message}</Message>");
        (ec2, format!("<Response><Errors><Error>{error}</Error></Errors><RequestID>r</RequestID></Response>").into())
    } else if kind.contains("xml") {
        let error = format!("<Type>Sender</Type><Code>{query}</Code><Message>{message}</Message>");
        let body = format!("<ErrorResponse><Error>{error}</Error><RequestId>r</RequestId></ErrorResponse>");
        (query, body.into_bytes())
    } else if kind == "application/json" {
        headers.insert("x-amzn-errortype".to_owned(), json.to_owned());
        (json, json!({ "message": message }).to_string().into_bytes())
    } else {
        assert!(kind.starts_with("application/x-amz-json"), "a protocol that these tests do not know: {kind}");
        (json, json!({ "__type": json, "message": message }).to_string().into_bytes())
    };
    stored(Call { status, error: Some(code.to_owned()), headers, ..call.clone() }, body)
}

/// A call with another body, and the hash and size of that one.
pub(crate) fn stored(call: Call, body: Vec<u8>) -> (Call, Vec<u8>) {
    let encoding = if std::str::from_utf8(&body).is_ok() { BodyEncoding::Text } else { BodyEncoding::Base64 };
    let sha256 = hex::encode(Sha256::digest(&body));
    (Call { sha256, size: body.len() as u64, encoding, ..call }, body)
}

/// Replays the recording in `from` into a snapshot in `out`, as `scan --replay` does.
pub(crate) fn replay(from: &Path, out: &Path) -> Scanned {
    let request = Request {
        origin: Origin::Recording { reader: Arc::new(Reader::open(from).unwrap()), latency: Duration::ZERO },
        regions: Regions::All,
        collectors: Vec::new(),
        out: out.to_owned(),
        resume: false,
        format: Format::Plain,
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        rules_digest: String::new(),
        lenses_digest: String::new(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(wellproof_collect::scan(&request, &Silent, std::future::pending())).unwrap()
}

/// A review with the evidence that it is made of.
pub(crate) struct Review {
    pub(crate) evidence: Evidence,
    pub(crate) document: Document,
}

impl Review {
    /// Judges the snapshot in `dir` with the shipped rules and lens.
    pub(crate) fn of(dir: &Path) -> Self {
        let mut types = rules().types();
        types.extend(wellproof_answers::types());
        types.extend(wellproof_derive::inputs(&types));
        let scope = Scope::default();
        let (mut evidence, _) = Reader::open(dir).unwrap().evidence(Some(&types), Verify::Yes).unwrap();
        wellproof_derive::derive(&mut evidence, &scope.provenance, &types);
        let outcomes = rules().evaluate(&evidence, &scope);
        let document = wellproof_answers::answer(&evidence, lens(), rules(), &outcomes, &scope, Custody::default());
        Self { evidence, document }
    }

    /// What comes of a recording: writes it, replays it, judges the result.
    pub(crate) fn of_replayed(recording: &Recording) -> Self {
        let folder = scratch();
        let (from, out) = (folder.path().join("recording"), folder.path().join("snapshot"));
        recording.write(&from);
        replay(&from, &out);
        Self::of(&out)
    }

    /// Every choice with its question.
    pub(crate) fn choices(&self) -> impl Iterator<Item = (&Question, &Choice)> {
        let questions = self.document.questions.iter();
        questions.flat_map(|question| question.choices.iter().map(move |choice| (question, choice)))
    }

    /// What is suggested, by the ids of question and choice.
    pub(crate) fn suggestions(&self) -> BTreeMap<(String, String), Suggestion> {
        let choices = self.choices();
        choices.map(|(question, choice)| ((question.id.clone(), choice.id.clone()), choice.verdict)).collect()
    }

    /// What breaks "no evidence, no verdict": a verdict without a call, or with one that the snapshot does not hold.
    pub(crate) fn unproven(&self) -> Vec<String> {
        let said = |choice: &Choice| matches!(choice.verdict, Suggestion::Met | Suggestion::NotMet);
        let mut unproven = Vec::new();
        for (question, choice) in self.choices().filter(|(_, choice)| said(choice)) {
            let name = format!("{} of {}, {}", choice.id, question.id, choice.verdict);
            if choice.citations.is_empty() {
                unproven.push(format!("{name}, cites nothing"));
            }
            for cited in &choice.citations {
                let kept = self.evidence.calls.get(&CallId::from(cited.call.clone()));
                if kept.is_none_or(|call| call.sha256 != cited.sha256) {
                    unproven.push(format!("{name}, cites {}, which is not there", cited.call));
                }
            }
        }
        unproven
    }

    /// Which suggestions damage to the recording moved elsewhere than to `not_proven`.
    pub(crate) fn moved_by_damage(&self, damaged: &Self) -> Vec<String> {
        let (before, after) = (self.suggestions(), damaged.suggestions());
        let names: BTreeSet<_> = before.keys().chain(after.keys()).collect();
        let moved = names.into_iter().filter_map(|name| {
            // "None of these" stands among the choices only where it is suggested.
            let of =
                |suggestions: &BTreeMap<_, Suggestion>| suggestions.get(name).copied().unwrap_or(Suggestion::NotProven);
            let (before, after) = (of(&before), of(&after));
            let sound = after == before || after == Suggestion::NotProven;
            (!sound).then(|| format!("{} of {}: {before} became {after}", name.1, name.0))
        });
        moved.collect()
    }
}

/// Every file beneath `dir` by its path, with its bytes.
pub(crate) fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, dir: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, files);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(dir, dir, &mut found);
    found
}

/// Copies a snapshot.
pub(crate) fn copy(from: &Path, to: &Path) {
    for (name, bytes) in files(from) {
        let path = to.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}
