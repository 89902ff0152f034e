//! Design principles: a second view of a lens's choices, across its pillars.
//!
//! Which choices speak for a principle is a judgement, and `lenses/principles.yaml` holds it. A principle has no verdict.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::file::{Id, Reader, at, parse};
use crate::lens::{Choice, Lens, Likeness, Question};
use crate::nearest::nearest;
use crate::problem::{Problem, Severity};
use crate::read::Problems;

/// The name and version of the format.
pub const SCHEMA: &str = "wellproof/principles/1";

static PRINCIPLES: LazyLock<Vec<Principle>> = LazyLock::new(|| {
    let text = include_str!("../../../lenses/principles.yaml");
    from_text("principles.yaml", text).expect("a test reads the shipped principles")
});

/// Principles, and by lens the choices that speak for each.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "wellproof/principles/1")]
struct PrinciplesFile {
    /// `wellproof/principles/1`.
    #[schemars(with = "String", extend("const" = SCHEMA))]
    schema: Spanned<String>,
    /// In the order in which they are shown.
    #[schemars(with = "Vec<PrincipleEntry>", length(min = 1))]
    principles: Spanned<Vec<PrincipleEntry>>,
}

/// One principle.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PrincipleEntry {
    /// Unique in the file.
    #[schemars(with = "Id")]
    id: Spanned<String>,
    /// A few words.
    #[schemars(with = "String", length(min = 1))]
    title: Spanned<String>,
    /// What it asks for, in one sentence.
    #[schemars(with = "String", length(min = 1))]
    asks: Spanned<String>,
    /// The title of AWS's design principle that it restates.
    #[schemars(with = "String", length(min = 1))]
    aws: Spanned<String>,
    /// Where AWS describes that one.
    #[schemars(with = "String", regex(pattern = "^https?://"))]
    url: Spanned<String>,
    /// Who speaks for it, lens by lens.
    #[schemars(with = "Vec<SpeakersEntry>", length(min = 1))]
    speakers: Spanned<Vec<SpeakersEntry>>,
}

/// The choices of one lens that speak for a principle.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SpeakersEntry {
    /// The id of a lens that ships.
    #[schemars(with = "Id")]
    lens: Spanned<String>,
    /// As `question/choice`, by their ids. Left out are those of an older edition whose successor speaks for them.
    #[schemars(with = "Vec<Path>", length(min = 1))]
    choices: Spanned<Vec<Spanned<String>>>,
}

/// A question's id, a slash, and the id of one of its choices.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Path(#[schemars(regex(pattern = "^[A-Za-z0-9_-]{1,128}/[A-Za-z0-9_-]{1,128}$"))] String);

/// One principle, and which choices speak for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principle {
    /// Such as `on-demand`.
    pub id: String,
    /// A few words of our own.
    pub title: String,
    /// What it asks for, in one sentence.
    pub asks: String,
    /// The title of AWS's design principle that it restates.
    pub aws: String,
    /// Where AWS describes that one; `http` or `https`.
    pub url: String,
    /// Ids of questions and choices that the file names, by lens.
    named: BTreeMap<String, BTreeSet<(String, String)>>,
}

impl Principle {
    /// The choices of `lens` that speak for it, in the lens's order: those that are named, and those that became one of
    /// these, under the same title or another, in a later edition.
    pub fn choices<'a>(&self, lens: &'a Lens) -> impl Iterator<Item = (&'a Question, &'a Choice)> {
        lens.choices().filter(|(question, choice)| {
            self.names(&lens.id, &question.id, &choice.id)
                || follows(choice).is_some_and(|(question, choice)| {
                    self.named.keys().any(|later| *later != lens.id && self.names(later, question, choice))
                })
        })
    }

    fn names(&self, lens: &str, question: &str, choice: &str) -> bool {
        let named = self.named.get(lens);
        named.is_some_and(|named| named.iter().any(|(q, c)| q == question && c == choice))
    }
}

/// The question and the choice of a later edition that a choice is the same as; none where it only has a nearest one.
fn follows(choice: &Choice) -> Option<(&str, &str)> {
    let later = choice.succeeded_by.as_ref().filter(|later| later.basis != Likeness::Successor)?;
    Some((&later.question, &later.choice))
}

/// The principles that come with the binary, in their order.
pub fn shipped() -> &'static [Principle] {
    &PRINCIPLES
}

/// Reads principles from text and holds them to the lenses that ship; `name` stands for the file in messages.
///
/// # Errors
/// All that is wrong with it, in the file's order.
pub fn from_text(name: &str, text: &str) -> Result<Vec<Principle>, Vec<Problem>> {
    let mut problems = Problems::new(name, text);
    let file = parse(text, &mut problems);
    let principles = file.map(|file| Reader { problems: &mut problems }.principles(file));
    let problems = problems.sorted();
    principles.filter(|_| problems.iter().all(|it| it.severity == Severity::Warning)).ok_or(problems)
}

/// The JSON Schema of the format.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(PrinciplesFile).to_value()
}

impl Reader<'_> {
    fn principles(&mut self, file: PrinciplesFile) -> Vec<Principle> {
        if file.schema.value != SCHEMA {
            let message = format!("this is `{}`, not `{SCHEMA}`", file.schema.value);
            self.problems.error(at(&file.schema), message);
        }
        self.some(&file.principles, "there is at least one principle");
        let mut seen = BTreeSet::new();
        file.principles.value.into_iter().map(|entry| self.principle(entry, &mut seen)).collect()
    }

    fn principle(&mut self, entry: PrincipleEntry, seen: &mut BTreeSet<String>) -> Principle {
        self.some(&entry.speakers, "a principle has at least one lens whose choices speak for it");
        let mut named = BTreeMap::new();
        for speakers in entry.speakers.value {
            self.speakers(speakers, &mut named);
        }
        Principle {
            id: self.id(entry.id, "principle", Some(seen)),
            title: self.text(entry.title, "title"),
            asks: self.text(entry.asks, "sentence"),
            aws: self.text(entry.aws, "title of AWS's"),
            url: self.url(entry.url),
            named,
        }
    }

    fn speakers(&mut self, entry: SpeakersEntry, named: &mut BTreeMap<String, BTreeSet<(String, String)>>) {
        self.some(&entry.choices, "a lens has at least one choice that speaks for a principle");
        let id = &entry.lens.value;
        let Some(lens) = Lens::by_id(id) else {
            let near = nearest(id, Lens::shipped().iter().map(|lens| lens.id.as_str()));
            return self.unknown(&entry.lens, format!("no lens `{id}` ships"), near);
        };
        if named.contains_key(id) {
            return self.problems.error(at(&entry.lens), format!("there is a lens `{id}` before this one"));
        }
        let mut choices = BTreeSet::new();
        for path in &entry.choices.value {
            let Some((question, choice)) = self.speaker(lens, path) else { continue };
            if !choices.insert((question.id.clone(), choice.id.clone())) {
                self.problems.error(at(path), format!("`{}` stands here twice", path.value));
            }
        }
        named.insert(entry.lens.value, choices);
    }

    /// The choice that `path` names, if it may speak for a principle by itself.
    fn speaker<'a>(&mut self, lens: &'a Lens, path: &Spanned<String>) -> Option<(&'a Question, &'a Choice)> {
        let Some((question, choice)) = path.value.split_once('/') else {
            self.problems.error(at(path), format!("`{}` is no `question/choice`", path.value));
            return None;
        };
        let Some(question) = lens.question(question) else {
            let message = format!("the lens `{}` has no question `{question}`", lens.id);
            self.unknown(path, message, lens.nearest_question(question));
            return None;
        };
        let Some(choice) = question.choice(choice) else {
            let message = format!("the question `{}` has no choice `{choice}`", question.id);
            self.unknown(path, message, question.nearest_choice(choice));
            return None;
        };
        if choice.is_negative() {
            self.problems.error(at(path), format!("`{}` admits a flaw, which speaks for no principle", path.value));
        }
        if let Some((question, choice)) = follows(choice) {
            let message =
                format!("`{}` follows `{question}/{choice}` of a later edition, which speaks for both", path.value);
            self.problems.error(at(path), message);
        }
        Some((question, choice))
    }

    fn unknown(&mut self, name: &Spanned<String>, message: String, near: Option<&str>) {
        match near {
            Some(near) => self.problems.error_with(at(name), message, format!("did you mean `{near}`?")),
            None => self.problems.error(at(name), message),
        }
    }
}
