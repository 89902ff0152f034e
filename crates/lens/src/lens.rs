//! A lens as everything else sees it, whichever format it was read from.

use std::path::Path;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::LensError;
use crate::nearest::nearest;
use crate::read::{check, check_str};
use crate::risk::{Level, RiskRule};

/// The lenses in the binary, by file name.
const SHIPPED: &[(&str, &str)] = &[
    ("wellarchitected-2024-11.yaml", include_str!("../../../lenses/wellarchitected-2024-11.yaml")),
    ("wellarchitected-2020.yaml", include_str!("../../../lenses/wellarchitected-2020.yaml")),
];

static LENSES: LazyLock<Vec<Lens>> = LazyLock::new(|| {
    let read = |(name, text): &(&str, &str)| Lens::from_text(name, text).expect("a test reads every shipped lens");
    SHIPPED.iter().map(read).collect()
});

/// The title under which the Tool shows the choice that says none of the others holds.
pub const NONE_OF_THESE: &str = "None of these";

/// What a review asks: pillars, their questions, and the choices of each.
#[derive(Clone, Debug, PartialEq)]
pub struct Lens {
    /// The Tool's alias (`wellarchitected`), or the lens's name in lower case with hyphens where the file has no id.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// Which edition. Numbers mean nothing without it, so every report shows it. AWS's custom lens files carry none:
    /// they get `sha256:` and the first 12 digits of the file's hash.
    pub edition: String,
    /// What it is about; empty where the file does not say.
    pub description: String,
    /// In the lens's order.
    pub pillars: Vec<Pillar>,
}

/// One pillar of a lens.
#[derive(Clone, Debug, PartialEq)]
pub struct Pillar {
    /// The Tool's id, such as `operationalExcellence`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// In the lens's order.
    pub questions: Vec<Question>,
}

/// One question of a lens.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The Tool's id, such as `manage-service-limits`; unique in the lens.
    pub id: String,
    /// As the review shows it, such as `REL 1`. A custom lens publishes none: pillar name and position stand in.
    pub number: String,
    /// What it asks.
    pub title: String,
    /// The id of its pillar.
    pub pillar: String,
    /// In the Tool's order, without "None of these".
    pub choices: Vec<Choice>,
    /// The choice that says none of the others holds.
    pub none_of_these: Option<NoneOfThese>,
    /// Titles of the items that the Tool's improvement plan has for it, as far as they are known.
    pub improvements: Vec<String>,
    /// How a custom lens turns choices into risk; `None` where the published levels of the choices decide.
    pub risk_rules: Option<Vec<RiskRule>>,
}

/// One choice of a question: a best practice, usually.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The Tool's id; unique in its question.
    pub id: String,
    /// The best practice's number in this edition, such as `REL01-BP04`. To be shown, never to be looked up.
    pub number: Option<String>,
    /// Its title.
    pub title: String,
    /// The risk of its absence; `None` where none is published.
    pub level: Option<Level>,
    /// How the level is known.
    pub level_basis: LevelBasis,
    /// Where it is described; `http` or `https`.
    pub url: Option<String>,
    /// One question to ask a person, where evidence does not decide.
    pub ask: Option<String>,
    /// Whether selecting it is good news.
    pub polarity: Polarity,
    /// The practice of another lens by whose rules it is judged, beside any of its own.
    pub succeeded_by: Option<Successor>,
}

/// How a choice's level of risk is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LevelBasis {
    /// AWS publishes it.
    #[default]
    Published,
    /// It was read off the risks that the Tool showed in a review.
    Observed,
    /// AWS published none.
    Unpublished,
}

/// The practice that a choice of an older edition is the same as, or was succeeded by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Successor {
    /// The id of its question.
    pub question: String,
    /// Its own id.
    pub choice: String,
    /// How much the same it is.
    pub basis: Likeness,
}

/// How much the same two practices of different editions are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// AWS gives both the same title or, where it reworded it, the same id.
    SameTitle,
    /// The same practice in other words; a judgement.
    Renamed,
    /// The nearest practice, not quite the same: what proves it only speaks for the older one, and what refutes it only
    /// speaks against. A judgement.
    Successor,
}

impl Likeness {
    /// As in lens files and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SameTitle => "same_title",
            Self::Renamed => "renamed",
            Self::Successor => "successor",
        }
    }
}

impl Choice {
    /// True where selecting it admits a flaw.
    pub fn is_negative(&self) -> bool {
        self.polarity == Polarity::Negative
    }
}

/// Whether selecting a choice is good news or bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Polarity {
    /// Selecting it says that a practice is followed.
    #[default]
    Positive,
    /// Selecting it admits a flaw.
    Negative,
}

/// The choice that says none of the others holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoneOfThese {
    /// The Tool's id.
    pub id: String,
    /// How the lens words it, [`NONE_OF_THESE`] in AWS's own.
    pub title: String,
}

impl Lens {
    /// The lenses that come with the binary.
    pub fn shipped() -> &'static [Lens] {
        &LENSES
    }

    /// A lens that comes with the binary, by its id, such as `wellarchitected`.
    pub fn by_id(id: &str) -> Option<&'static Lens> {
        Self::shipped().iter().find(|lens| lens.id == id)
    }

    /// Reads a lens file in the project's format or AWS's custom lens JSON; which one it is, its content tells.
    ///
    /// Fails where the file cannot be read or has an error; [`check`] also lists warnings.
    pub fn read(path: &Path) -> Result<Lens, LensError> {
        check(path)?.into_lens()
    }

    /// Reads a lens from text; `name` stands for the file in messages.
    pub fn from_text(name: &str, text: &str) -> Result<Lens, LensError> {
        check_str(name, text)?.into_lens()
    }

    /// Every question, in the lens's order.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        self.pillars.iter().flat_map(|pillar| &pillar.questions)
    }

    /// Every choice with its question, in the lens's order, without "None of these".
    pub fn choices(&self) -> impl Iterator<Item = (&Question, &Choice)> {
        self.questions().flat_map(|question| question.choices.iter().map(move |choice| (question, choice)))
    }

    /// A pillar by its id.
    pub fn pillar(&self, id: &str) -> Option<&Pillar> {
        self.pillars.iter().find(|pillar| pillar.id == id)
    }

    /// A question by its id.
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions().find(|question| question.id == id)
    }

    /// A choice by its question's id and its own; choice ids alone are unique only within a question.
    pub fn choice(&self, question: &str, choice: &str) -> Option<(&Question, &Choice)> {
        let question = self.question(question)?;
        Some((question, question.choice(choice)?))
    }

    /// The id of a question that looks most like `id`, if any looks like it.
    pub fn nearest_question(&self, id: &str) -> Option<&str> {
        nearest(id, self.questions().map(|question| question.id.as_str()))
    }
}

impl Question {
    /// A choice by its id, "None of these" excepted.
    pub fn choice(&self, id: &str) -> Option<&Choice> {
        self.choices.iter().find(|choice| choice.id == id)
    }

    /// True for the id of this question's "None of these".
    pub fn is_none_of_these(&self, id: &str) -> bool {
        self.none_of_these.as_ref().is_some_and(|none| none.id == id)
    }

    /// The id of a choice that looks most like `id`, if any looks like it.
    pub fn nearest_choice(&self, id: &str) -> Option<&str> {
        nearest(id, self.choices.iter().map(|choice| choice.id.as_str()))
    }
}

/// `sha256:` and the hash over the names and bytes of all shipped lenses: which lenses answers were made with.
pub fn digest() -> String {
    let mut hash = Sha256::new();
    for (name, text) in SHIPPED {
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    format!("sha256:{}", hex::encode(hash.finalize()))
}
