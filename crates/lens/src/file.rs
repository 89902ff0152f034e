//! The project's own lens format.

use std::collections::BTreeSet;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_saphyr::{Location, MessageFormatter as _, Spanned};

use crate::lens::{Choice, Lens, LevelBasis, NONE_OF_THESE, NoneOfThese, Pillar, Polarity, Question, Successor};
use crate::nearest::nearest;
use crate::read::Problems;
use crate::risk::Level;

/// The name and version of the format.
pub const SCHEMA: &str = "wellproof/lens/1";

/// A lens: pillars, their questions, and the choices of each.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "wellproof/lens/1")]
struct LensFile {
    /// `wellproof/lens/1`.
    #[schemars(with = "String", extend("const" = SCHEMA))]
    schema: Spanned<String>,
    /// The Tool's alias, or an id of your own.
    #[schemars(with = "Id")]
    id: Spanned<String>,
    /// What a person calls it.
    #[schemars(with = "String", length(min = 1))]
    name: Spanned<String>,
    /// Which edition; every report shows it, because numbers change their meaning between editions.
    #[schemars(with = "String", length(min = 1))]
    edition: Spanned<String>,
    /// What it is about.
    #[serde(default)]
    description: String,
    /// In the order in which they are shown.
    #[schemars(with = "Vec<PillarEntry>", length(min = 1))]
    pillars: Spanned<Vec<PillarEntry>>,
}

/// One pillar.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PillarEntry {
    /// The Tool's id, such as `operationalExcellence`.
    #[schemars(with = "Id")]
    id: Spanned<String>,
    /// Its name.
    #[schemars(with = "String", length(min = 1))]
    name: Spanned<String>,
    /// In the order in which they are shown.
    #[schemars(with = "Vec<QuestionEntry>", length(min = 1))]
    questions: Spanned<Vec<QuestionEntry>>,
}

/// One question.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct QuestionEntry {
    /// The Tool's id, such as `manage-service-limits`; unique in the lens.
    #[schemars(with = "Id")]
    id: Spanned<String>,
    /// As the review shows it, such as `REL 1`. Shown, never looked up.
    #[schemars(with = "String", length(min = 1))]
    number: Spanned<String>,
    /// What it asks.
    #[schemars(with = "String", length(min = 1))]
    title: Spanned<String>,
    /// The id of the choice "None of these".
    #[schemars(with = "Option<Id>")]
    none_of_these: Option<Spanned<String>>,
    /// Titles of the items that the Tool's improvement plan has for it, as far as they are known.
    #[serde(default)]
    improvements: Vec<String>,
    /// In the Tool's order, without "None of these".
    #[schemars(with = "Vec<ChoiceEntry>", length(min = 1))]
    choices: Spanned<Vec<ChoiceEntry>>,
}

/// One choice.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ChoiceEntry {
    /// The Tool's id; unique in its question.
    #[schemars(with = "Id")]
    id: Spanned<String>,
    /// The best practice's number in this edition. Shown, never looked up.
    number: Option<String>,
    /// Its title.
    #[schemars(with = "String", length(min = 1))]
    title: Spanned<String>,
    /// The risk of its absence. Required of positive choices, unless none is published.
    level: Option<Level>,
    /// How the level is known: `published`, `observed` in a review, or `unpublished`, which leaves `level` out.
    #[serde(default)]
    level_basis: LevelBasis,
    /// Where it is described.
    #[schemars(with = "Option<String>", regex(pattern = "^https?://"))]
    url: Option<Spanned<String>>,
    /// One question to ask a person, where evidence does not decide.
    ask: Option<String>,
    /// `negative` where selecting it admits a flaw.
    #[serde(default)]
    polarity: Polarity,
    /// The practice of another lens by whose rules it is judged, beside any of its own.
    succeeded_by: Option<Successor>,
}

/// Letters, digits, `_` and `-`.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) struct Id(#[schemars(length(min = 1, max = 128), regex(pattern = "^[A-Za-z0-9_-]+$"))] String);

/// The JSON Schema of the project's own lens format.
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(LensFile).to_value()
}

pub(crate) fn read(text: &str, problems: &mut Problems) -> Option<Lens> {
    let file = parse(text, problems)?;
    Some(Reader { problems }.lens(file))
}

/// Reads YAML or JSON into the shape of a file, or notes why that cannot be done.
pub(crate) fn parse<T: DeserializeOwned>(text: &str, problems: &mut Problems) -> Option<T> {
    let options = serde_saphyr::options! { with_snippet: false, strict_booleans: true, emit_comments: false };
    match serde_saphyr::from_str_with_options(text, options) {
        Ok(file) => Some(file),
        Err(err) => {
            let message = serde_saphyr::DefaultMessageFormatter.format_message(err.without_snippet()).into_owned();
            let place = err.location().map_or(0..0, |location| bytes(&location));
            match near(err.without_snippet()) {
                Some(near) => problems.error_with(place, message, format!("did you mean `{near}`?")),
                None => problems.error(place, message),
            }
            None
        }
    }
}

/// The nearest name that would have been right.
fn near(err: &serde_saphyr::Error) -> Option<&'static str> {
    let (word, known) = match err {
        serde_saphyr::Error::SerdeUnknownField { field, expected, .. } => (field, expected),
        serde_saphyr::Error::SerdeUnknownVariant { variant, expected, .. } => (variant, expected),
        _ => return None,
    };
    nearest(word, known.iter().copied())
}

fn bytes(location: &Location) -> Range<usize> {
    let index = |value: Option<u64>| value.and_then(|value| usize::try_from(value).ok()).unwrap_or(0);
    let start = index(location.span().byte_offset());
    start..start + index(location.span().byte_len())
}

pub(crate) fn at<T>(value: &Spanned<T>) -> Range<usize> {
    bytes(&value.referenced)
}

/// Turns a file into what it says and notes what is wrong on the way.
pub(crate) struct Reader<'a> {
    pub(crate) problems: &'a mut Problems,
}

impl Reader<'_> {
    fn lens(&mut self, file: LensFile) -> Lens {
        if file.schema.value != SCHEMA {
            let message = format!("this is `{}`, not `{SCHEMA}`", file.schema.value);
            self.problems.error(at(&file.schema), message);
        }
        let mut seen = (BTreeSet::new(), BTreeSet::new());
        self.some(&file.pillars, "a lens has at least one pillar");
        let pillars = file.pillars.value.into_iter().map(|pillar| self.pillar(pillar, &mut seen)).collect();
        Lens {
            id: self.id(file.id, "lens", None),
            name: self.text(file.name, "name"),
            edition: self.text(file.edition, "edition"),
            description: file.description,
            pillars,
        }
    }

    fn pillar(&mut self, entry: PillarEntry, seen: &mut (BTreeSet<String>, BTreeSet<String>)) -> Pillar {
        let id = self.id(entry.id, "pillar", Some(&mut seen.0));
        self.some(&entry.questions, "a pillar has at least one question");
        let questions = entry.questions.value.into_iter().map(|entry| self.question(entry, &id, &mut seen.1)).collect();
        Pillar { name: self.text(entry.name, "name"), questions, id }
    }

    fn question(&mut self, entry: QuestionEntry, pillar: &str, seen: &mut BTreeSet<String>) -> Question {
        let id = self.id(entry.id, "question", Some(seen));
        let mut choices_seen = BTreeSet::new();
        self.some(&entry.choices, "a question has at least one choice");
        let choices = entry.choices.value.into_iter().map(|entry| self.choice(entry, &mut choices_seen)).collect();
        let none_of_these = entry.none_of_these.map(|none| NoneOfThese {
            id: self.id(none, "choice", Some(&mut choices_seen)),
            title: NONE_OF_THESE.to_owned(),
        });
        Question {
            id,
            number: self.text(entry.number, "number"),
            title: self.text(entry.title, "title"),
            pillar: pillar.to_owned(),
            choices,
            none_of_these,
            improvements: entry.improvements,
            risk_rules: None,
        }
    }

    fn choice(&mut self, entry: ChoiceEntry, seen: &mut BTreeSet<String>) -> Choice {
        let place = at(&entry.id);
        let id = self.id(entry.id, "choice", Some(seen));
        match (entry.level, entry.level_basis, entry.polarity) {
            (None, LevelBasis::Published, Polarity::Positive) => {
                let help = "write `level: HIGH`, `MEDIUM` or `LOW`, `level_basis: unpublished` if AWS published none, or \
                            `polarity: negative` if selecting it admits a flaw";
                self.problems.error_with(place, format!("choice `{id}` has no level of risk"), help);
            }
            (None, LevelBasis::Observed, _) => {
                self.problems.error(place, format!("choice `{id}` has no level that could have been observed"));
            }
            (Some(level), LevelBasis::Unpublished, _) => {
                self.problems.error(place, format!("choice `{id}` has the level {level}, and none is published"));
            }
            _ => {}
        }
        Choice {
            id,
            number: entry.number,
            title: self.text(entry.title, "title"),
            level: entry.level,
            level_basis: entry.level_basis,
            url: entry.url.map(|url| self.url(url)),
            ask: entry.ask,
            polarity: entry.polarity,
            succeeded_by: entry.succeeded_by,
        }
    }

    pub(crate) fn some<T>(&mut self, list: &Spanned<Vec<T>>, message: &str) {
        if list.value.is_empty() {
            self.problems.error(at(list), message);
        }
    }

    pub(crate) fn text(&mut self, text: Spanned<String>, what: &str) -> String {
        if text.value.trim().is_empty() {
            self.problems.error(at(&text), format!("the {what} is empty"));
        }
        text.value
    }

    pub(crate) fn url(&mut self, url: Spanned<String>) -> String {
        if !is_web(&url.value) {
            self.problems.error(at(&url), "a url starts with `https://` or `http://`");
        }
        url.value
    }

    pub(crate) fn id(&mut self, id: Spanned<String>, what: &str, seen: Option<&mut BTreeSet<String>>) -> String {
        let letters = id.value.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'));
        if id.value.is_empty() || id.value.len() > 128 || !letters {
            let message = "an id has 1 to 128 letters of `a` to `z`, `A` to `Z`, digits, `_` and `-`";
            self.problems.error(at(&id), message);
        } else if seen.is_some_and(|seen| !seen.insert(id.value.clone())) {
            self.problems.error(at(&id), format!("there is a {what} `{}` before this one", id.value));
        }
        id.value
    }
}

/// Reports link to what a lens names, and nothing but the web may be linked to.
pub(crate) fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}
