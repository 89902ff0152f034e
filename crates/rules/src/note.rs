//! Notes: templates that are checked when a rule is loaded and filled when it was judged.

use std::collections::BTreeSet;
use std::fmt::Write;

use wellproof_model::{Evidence, Value, Verdict};

use crate::cel::{CelError, Clock, Path, Record, Vars, compile_path, days_between, instant};
use crate::nearest::nearest;
use crate::reason::{self, Reason};
use crate::schema::Kind;

/// The templates of a rule.
#[derive(Debug)]
pub(crate) struct Notes {
    pub(crate) fail: Template,
    pub(crate) pass: Template,
    pub(crate) unknown: Template,
    pub(crate) not_applicable: Option<Template>,
}

/// Which verdict a template is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Fail,
    Pass,
    Unknown,
    NotApplicable,
}

/// A template.
#[derive(Debug)]
pub(crate) struct Template {
    parts: Vec<Part>,
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    Passed,
    Failed,
    Unknown,
    Total,
    NotJudged,
    OutOfScope,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
enum Format {
    #[default]
    Plain,
    Percent,
    Days,
    Round,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Count(Count),
    /// One of two words, by a count.
    Word(Count, String, String),
    PassingShare(Format),
    FailingShare(Format),
    Regions(Verdict),
    Examples(Option<Path>, Format),
    Worst(Path, Format),
    WorstValue(Format),
    Gaps,
    /// Left out where a value that it names is null.
    Clause(Vec<Part>),
}

const NAMES: [&str; 15] = [
    "passed",
    "failed",
    "unknown",
    "total",
    "not_judged",
    "out_of_scope",
    "passing_share",
    "failing_share",
    "regions_failed",
    "regions_passed",
    "regions_unknown",
    "examples",
    "worst",
    "gaps",
    "worst.id",
];

/// How many examples a note shows.
const EXAMPLES: usize = 3;
/// The longest text of a value that a note shows.
const VALUE: usize = 80;

fn count_named(name: &str) -> Option<Count> {
    Some(match name {
        "passed" => Count::Passed,
        "failed" => Count::Failed,
        "unknown" => Count::Unknown,
        "total" => Count::Total,
        "not_judged" => Count::NotJudged,
        "out_of_scope" => Count::OutOfScope,
        _ => return None,
    })
}

/// Compiles a template; `ranked` says whether the rule has `worst_by`.
pub(crate) fn compile(text: &str, vars: &Vars, place: Place, ranked: bool) -> Result<Template, CelError> {
    let mut parts = Vec::new();
    // What stands before the clause that is open, and where that begins.
    let mut before: Option<(Vec<Part>, usize)> = None;
    let mut plain = String::new();
    let mut rest = text.char_indices().peekable();
    while let Some((at, letter)) = rest.next() {
        let doubled = rest.peek().is_some_and(|(_, next)| *next == letter);
        match letter {
            '{' | '}' if doubled => {
                rest.next();
                plain.push(letter);
            }
            '[' if doubled && before.is_none() => {
                rest.next();
                push_text(&mut parts, &mut plain);
                before = Some((std::mem::take(&mut parts), at));
            }
            ']' if doubled && before.is_some() => {
                rest.next();
                push_text(&mut parts, &mut plain);
                if let Some((outer, _)) = before.take() {
                    let clause = std::mem::replace(&mut parts, outer);
                    parts.push(Part::Clause(clause));
                }
            }
            '}' => return Err(mistake("a `}` without `{`; write `}}` for the brace itself", at..at + 1)),
            '{' => {
                let Some(len) = text[at..].find('}') else {
                    return Err(mistake("a `{` without `}`; write `{{` for the brace itself", at..at + 1));
                };
                push_text(&mut parts, &mut plain);
                let inside = at + 1..at + len;
                parts.push(placeholder(&text[inside.clone()], vars, place, ranked).map_err(|mut error| {
                    error.at = inside.clone();
                    error
                })?);
                while rest.peek().is_some_and(|(next, _)| *next <= at + len) {
                    rest.next();
                }
            }
            _ => plain.push(letter),
        }
    }
    if let Some((_, at)) = before {
        return Err(mistake("a `[[` without `]]`", at..at + 2));
    }
    push_text(&mut parts, &mut plain);
    if parts.is_empty() {
        return Err(mistake("a note is empty", 0..0));
    }
    Ok(Template { parts, place })
}

fn push_text(parts: &mut Vec<Part>, plain: &mut String) {
    if !plain.is_empty() {
        parts.push(Part::Text(std::mem::take(plain)));
    }
}

fn mistake(message: impl Into<String>, at: std::ops::Range<usize>) -> CelError {
    CelError { message: message.into(), at, help: None }
}

fn placeholder(text: &str, vars: &Vars, place: Place, ranked: bool) -> Result<Part, CelError> {
    if let Some((name, words)) = text.split_once('|') {
        let (Some(count), Some((one, many))) = (count_named(name), words.split_once('|')) else {
            return Err(mistake(format!("`{text}` is not `count|word for one|word for many`"), 0..0));
        };
        return Ok(Part::Word(count, one.to_owned(), many.to_owned()));
    }
    let (name, format) = match text.split_once(':') {
        None => (text, Format::Plain),
        Some((name, "percent")) => (name, Format::Percent),
        Some((name, "days")) => (name, Format::Days),
        Some((name, "round")) => (name, Format::Round),
        Some((_, other)) => {
            return Err(CelError {
                message: format!("unknown format `{other}`"),
                at: 0..0,
                help: nearest(other, ["percent", "days", "round"]),
            });
        }
    };
    if let Some(count) = count_named(name) {
        return if format == Format::Plain {
            Ok(Part::Count(count))
        } else {
            Err(mistake("a count has no format", 0..0))
        };
    }
    let only = |wanted: Place, part: Part, word: &str| {
        if place == wanted {
            Ok(part)
        } else {
            Err(mistake(format!("`{{{name}}}` stands in the `{word}` note only"), 0..0))
        }
    };
    match name {
        "passing_share" => return Ok(Part::PassingShare(format)),
        "failing_share" => return Ok(Part::FailingShare(format)),
        "regions_failed" => return Ok(Part::Regions(Verdict::Fail)),
        "regions_passed" => return Ok(Part::Regions(Verdict::Pass)),
        "regions_unknown" => return Ok(Part::Regions(Verdict::Unknown)),
        "examples" => return Ok(Part::Examples(None, format)),
        "gaps" => return only(Place::Unknown, Part::Gaps, "unknown"),
        "worst" if ranked => return only(Place::Fail, Part::WorstValue(format), "fail"),
        "worst" => return Err(mistake("`{worst}` needs `worst_by`", 0..0)),
        _ => {}
    }
    if let Some(path) = name.strip_prefix("worst.") {
        let path = formatted_path(path, vars, format)?;
        return only(Place::Fail, Part::Worst(path, format), "fail");
    }
    if let Some(path) = name.strip_prefix("examples.") {
        return Ok(Part::Examples(Some(formatted_path(path, vars, format)?), format));
    }
    Err(CelError { message: format!("unknown placeholder `{name}`"), at: 0..0, help: nearest(name, NAMES) })
}

fn formatted_path(text: &str, vars: &Vars, format: Format) -> Result<Path, CelError> {
    let path = compile_path(text, vars)?;
    let fits = match format {
        Format::Plain => true,
        Format::Percent | Format::Round => matches!(path.ty.kind, Kind::Number | Kind::Any),
        Format::Days => matches!(path.ty.kind, Kind::Time | Kind::Any),
    };
    if fits {
        Ok(path)
    } else {
        Err(mistake(format!("`{text}` is {} and does not go with this format", path.ty.words()), 0..0))
    }
}

/// What a template is filled from.
pub(crate) struct Filling<'f> {
    pub(crate) evidence: &'f Evidence,
    pub(crate) clock: Clock,
    pub(crate) passed: &'f [Record<'f>],
    pub(crate) failed: &'f [Record<'f>],
    pub(crate) unknown: &'f [Record<'f>],
    pub(crate) not_judged: u64,
    pub(crate) out_of_scope: u64,
    /// The worst failing one, with the value by which it is.
    pub(crate) worst: Option<(Record<'f>, Option<f64>)>,
    pub(crate) reasons: &'f BTreeSet<Reason>,
}

impl Filling<'_> {
    fn count(&self, count: Count) -> u64 {
        match count {
            Count::Passed => self.passed.len() as u64,
            Count::Failed => self.failed.len() as u64,
            Count::Unknown => self.unknown.len() as u64,
            Count::Total => (self.passed.len() + self.failed.len() + self.unknown.len()) as u64,
            Count::NotJudged => self.not_judged,
            Count::OutOfScope => self.out_of_scope,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^52")]
    fn share(&self, of: usize) -> f64 {
        let all = self.passed.len() + self.failed.len();
        if all == 0 { 0.0 } else { of as f64 / all as f64 }
    }
}

impl Template {
    /// The note.
    pub(crate) fn fill(&self, filling: &Filling<'_>) -> String {
        let mut out = String::new();
        let told = self.write(&self.parts, filling, &mut out);
        if !told && filling.not_judged > 0 {
            append_not_judged(&mut out, filling);
        }
        out
    }

    /// Writes the parts, and says whether they tell how many were not judged.
    fn write(&self, parts: &[Part], filling: &Filling<'_>, out: &mut String) -> bool {
        let mut told = false;
        for part in parts {
            match part {
                Part::Clause(clause) => {
                    if !clause.iter().any(|part| self.is_null(part, filling)) {
                        told |= self.write(clause, filling, out);
                    }
                }
                Part::Text(text) => out.push_str(text),
                Part::Count(count) => {
                    told |= matches!(count, Count::NotJudged | Count::OutOfScope);
                    let _infallible = write!(out, "{}", filling.count(*count));
                }
                Part::Word(count, one, many) => out.push_str(if filling.count(*count) == 1 { one } else { many }),
                Part::PassingShare(format) => out.push_str(&number(filling.share(filling.passed.len()), *format)),
                Part::FailingShare(format) => out.push_str(&number(filling.share(filling.failed.len()), *format)),
                Part::Regions(verdict) => {
                    let records = match verdict {
                        Verdict::Pass => filling.passed,
                        Verdict::Fail => filling.failed,
                        _ => filling.unknown,
                    };
                    let regions: BTreeSet<&str> = records.iter().map(|record| record.region()).collect();
                    out.push_str(&or_none(reason::shortened(regions, 5)));
                }
                Part::Examples(path, format) => out.push_str(&self.examples(filling, path.as_ref(), *format)),
                Part::Worst(path, format) => match filling.worst {
                    Some((record, _)) => out.push_str(&value_at(record, path, *format, filling.clock)),
                    None => out.push_str("none"),
                },
                Part::WorstValue(format) => match filling.worst {
                    Some((_, Some(value))) => out.push_str(&number(value, *format)),
                    _ => out.push_str("(not read)"),
                },
                Part::Gaps => out.push_str(&reason::describe(filling.reasons, filling.evidence)),
            }
        }
        told
    }

    /// Whether a part would show nothing but nulls.
    fn is_null(&self, part: &Part, filling: &Filling<'_>) -> bool {
        let null = |record: &Record<'_>, path: &Path| {
            path.values(*record).is_ok_and(|values| values.iter().all(|value| matches!(value, Value::Null)))
        };
        match part {
            Part::Examples(Some(path), _) => {
                self.records(filling).iter().take(EXAMPLES).all(|record| null(record, path))
            }
            Part::Worst(path, _) => filling.worst.is_none_or(|(record, _)| null(&record, path)),
            _ => false,
        }
    }

    /// The records that examples are taken from.
    fn records<'f>(&self, filling: &Filling<'f>) -> &'f [Record<'f>] {
        match self.place {
            Place::Pass => filling.passed,
            Place::Unknown => filling.unknown,
            Place::Fail | Place::NotApplicable => filling.failed,
        }
    }

    fn examples(&self, filling: &Filling<'_>, path: Option<&Path>, format: Format) -> String {
        let records = self.records(filling);
        let shown: Vec<String> = records
            .iter()
            .take(EXAMPLES)
            .map(|record| match path {
                Some(path) => value_at(*record, path, format, filling.clock),
                None => clean(record.id()),
            })
            .collect();
        let more = records.len() - shown.len();
        let text = or_none(shown.join(", "));
        if more == 0 { text } else { format!("{text} and {more} more") }
    }
}

fn or_none(text: String) -> String {
    if text.is_empty() { "none".to_owned() } else { text }
}

fn append_not_judged(out: &mut String, filling: &Filling<'_>) {
    let stop = out.ends_with('.');
    if stop {
        out.pop();
    }
    let _infallible = write!(out, " ({} not judged", filling.not_judged);
    if filling.out_of_scope == filling.not_judged {
        out.push_str(", outside the workload");
    } else if filling.out_of_scope > 0 {
        let _infallible = write!(out, ", {} of them outside the workload", filling.out_of_scope);
    }
    out.push_str(if stop { ")." } else { ")" });
}

fn value_at(record: Record<'_>, path: &Path, format: Format, clock: Clock) -> String {
    let Ok(values) = path.values(record) else { return "(not read)".to_owned() };
    let shown: Vec<String> = values.iter().map(|value| text_of(value, format, clock)).collect();
    if shown.is_empty() { "none".to_owned() } else { clean(&shown.join(", ")) }
}

#[expect(clippy::cast_possible_truncation, reason = "an age in days is small")]
fn text_of(value: &Value, format: Format, clock: Clock) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(it) => it.to_string(),
        Value::Str(text) if format == Format::Days => match instant(text) {
            Some(then) => (days_between(then, clock).floor() as i64).to_string(),
            None => text.to_string(),
        },
        Value::Str(text) => text.to_string(),
        Value::Int(it) if format == Format::Plain => it.to_string(),
        other => match other.as_f64() {
            Some(it) => number(it, format),
            None => serde_json::to_string(other).unwrap_or_default(),
        },
    }
}

fn number(value: f64, format: Format) -> String {
    match format {
        Format::Percent => {
            let percent = value * 100.0;
            // 99.6 % of a limit is not the limit, and 0.4 % is not nothing.
            if percent.fract() != 0.0 && (percent < 1.0 || (99.0..100.0).contains(&percent)) {
                format!("{} %", (percent * 10.0).floor() / 10.0)
            } else {
                format!("{} %", percent.round())
            }
        }
        Format::Round => format!("{}", (value * 100.0).round() / 100.0),
        Format::Plain | Format::Days => format!("{value}"),
    }
}

/// Text from AWS as a note shows it: no control characters, none that turn the direction of writing, not endless.
fn clean(text: &str) -> String {
    let mut out = String::new();
    for (at, letter) in text.chars().enumerate() {
        if at == VALUE {
            out.push('…');
            break;
        }
        let hostile = letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}');
        out.push(if hostile { ' ' } else { letter });
    }
    out
}
